// SPDX-License-Identifier: Apache-2.0
import Proto
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
