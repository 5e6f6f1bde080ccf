// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Shard
import Testing

@testable import Node

@Suite("A series with more than its share")
struct HotIngestTests {
  private static let points = 20_000

  /// Nine points in ten are of one series.
  private static func run(from first: Int) -> [UInt8] {
    var frames = PointFrames()
    for point in first..<first + points {
      let name = point % 10 == 0 ? "n\(point % 50)" : "hot"
      frames.append(name: name, value: 1, time: 0)
    }
    return frames.take()
  }

  private static func push(_ bench: IngestBench, runs: Int) async throws -> Ack {
    let stream = TestStream(bench, loop: 0)
    for number in 0..<runs {
      let run = run(from: number * points)
      await bench.on(0) { stream.receive(run) }
    }
    await bench.on(0) { stream.end() }
    while true {
      let answer = await bench.on(0) { stream.answer }
      if let answer { return try #require(answer.ack) }
      await Task.yield()
    }
  }

  @Test("is spread over the shards, and all of it counts")
  func spread() async throws {
    let bench = IngestBench(loops: 1, shards: 4, hotSamples: 64)
    let ack = try await Self.push(bench, runs: 3)
    #expect(ack.pointsReceived == 60_000 && ack.pointsRejected == 0)
    #expect(await bench.shards(with: "hot") == 4)
    #expect(await bench.shards(with: "n10") == 1)
    let counts = await bench.counts()
    #expect(counts["hot"] == 54_000 && counts.values.reduce(0, +) == 60_000)
    let reports = NodeReports(shards: bench.seats.map(\.aggregator))
    let report = await reports.ask(ReportRequest(), asOf: IngestBench.now)
    let rows = (0..<report.count).filter { report.name($0) == "hot" }
    #expect(rows.count == 1 && report.count == 6)
    #expect(rows.first.map { report[$0].count } == 54_000)
    await bench.group.shutdown()
  }

  @Test("is spread when it is sent as metrics, too, with labels and without")
  func metrics() async throws {
    let bench = IngestBench(loops: 1, shards: 4, hotSamples: 64)
    let stream = await bench.on(0) { MetricStream(bench.ingests[0]) }
    for run in 0..<3 {
      let metrics = (0..<Self.points).map { point in
        Metric.with {
          $0.name = point % 10 == 0 ? "n\(point % 50)" : point % 10 < 5 ? "hot" : "warm"
          if $0.name == "warm" { $0.labels = ["host": "a"] }
          $0.value = Double(run)
        }
      }
      await bench.on(0) { stream.receive(metrics) }
    }
    await bench.on(0) { stream.end() }
    while await bench.on(0, { stream.summary == nil }) { await Task.yield() }
    let summary = try #require(await bench.on(0) { stream.summary })
    #expect(summary.totalMetrics == 60_000 && summary.uniqueMetricNames == 7)
    #expect(await bench.shards(with: "hot") == 4)
    // The marks of labels are no UTF-8.
    let warm = "warm\u{FFFD}host\u{FFFD}a"
    #expect(await bench.shards(with: warm) == 4)
    #expect(await bench.shards(with: "n10") == 1)
    let counts = await bench.counts()
    #expect(counts["hot"] == 24_000 && counts[warm] == 30_000)
    #expect(counts.values.reduce(0, +) == 60_000)
    await bench.group.shutdown()
  }

  @Test("of a full node goes on to be taken where it is known")
  func full() async throws {
    let bench = IngestBench(loops: 1, shards: 4, seriesMax: 6, hotSamples: 64)
    let ack = try await Self.push(bench, runs: 3)
    #expect(ack.pointsReceived == 60_000 && ack.pointsRejected == 0)
    #expect(await bench.shards(with: "hot") == 1)
    #expect(await bench.counts()["hot"] == 54_000)
    let account = await bench.on(0) { bench.ingests[0].account }
    #expect(account.applied == 60_000 && account.withShards == 0 && account.open == 0)
    await bench.group.shutdown()
  }
}

/// A client's stream of metrics as far as the ingest sees it. Touched on its loop only.
private final class MetricStream: RecordCall, @unchecked Sendable {
  private(set) var summary: MetricsSummary?
  private var sink: RecordSink?

  init(_ ingest: LoopIngest) { sink = RecordSink(self, ingest) }

  func receive(_ metrics: [Metric]) {
    var run: [UInt8] = []
    for metric in metrics {
      let body = metric.encoded()
      run += [0] + (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (24 - 8 * $0)) } + body
    }
    sink?.received(run.span.bytes, range: run.indices, windowBytes: run.count)
  }

  func end() { sink?.receivedEnd() }

  func returnCredit(_ bytes: Int) {}

  func finish(_ status: RPCStatus, message: [UInt8]?) {
    finish(status, trailers: Metadata(), message: message)
  }

  func finish(_ status: RPCStatus, trailers: Metadata, message: [UInt8]?) {
    summary = message.flatMap { try? MetricsSummary(decoding: $0) }
    sink = nil
  }
}
