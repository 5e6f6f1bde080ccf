// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import RPCServices
import TestKit
import Testing

@testable import Node

@Suite("RecordMetrics", .timeLimit(.minutes(5)))
struct RecordTests {
  private static let now: Int64 = 1_700_000_000

  private struct Answer {
    var status = RPCStatus.ok
    var summary = MetricsSummary()
    var trailers = Metadata()
  }

  /// Sends messages and reads what becomes of them.
  private static func record(_ client: NodeClient, _ messages: [[UInt8]]) async throws -> Answer {
    let call = try await client.current.open(MetricsService.recordMetrics.path)
    var answer = Answer()
    do {
      for message in messages { try await call.send(message) }
      try await call.finishSending()
    } catch is RPCError {
      // Ended early; how, is read now.
    }
    do {
      while let message = try await call.next() {
        answer.summary = try MetricsSummary(decoding: message.bytes)
      }
    } catch let error as RPCError {
      answer.status = error.status
      let details = try #require(error.status.details)
      answer.summary = try #require(try StatusDetails.decode(MetricsSummary.self, from: details))
    }
    answer.trailers = await call.trailers()
    return answer
  }

  private static func metric(
    _ name: String, _ value: Double, at time: Int64? = nil, _ labels: [String: String] = [:],
    _ type: MetricType = .unspecified
  ) -> Metric {
    .with {
      ($0.name, $0.value, $0.labels, $0.type) = (name, value, labels, type)
      if let time { $0.timestamp = .with { ($0.seconds, $0.nanos) = (time, 999_999_999) } }
    }
  }

  @Test("answers with what the stream brought, and the points are in the windows")
  func summary() async throws {
    try await TestNode.run(clock: { Self.now }) { client in
      let answer = try await Self.record(
        client,
        [
          Self.metric("a", 1, at: Self.now - 60, ["host": "x"], .gauge),
          Self.metric("a", 4, at: Self.now + 5, ["host": "y"]), Self.metric("b", -2),
          Self.metric("a", -3),
        ].map { $0.encoded() })
      #expect(
        answer.status.code == .ok && answer.trailers.first("tributary-points-rejected") == nil)
      let summary = answer.summary
      #expect(summary.totalMetrics == 4 && summary.uniqueMetricNames == 2)
      #expect(summary.startTime == .with { $0.seconds = Self.now - 60 })
      #expect(summary.endTime == .with { $0.seconds = Self.now + 5 })
      let a = MetricStats.with {
        ($0.count, $0.sum, $0.min, $0.max, $0.avg) = (3, 2, -3, 4, 2.0 / 3)
      }
      #expect(summary.stats["a"] == a && summary.stats["b"]?.count == 1)
      let rows = try await client.summary(SummaryFilter()).rows
      #expect(rows.count == 4 && rows.reduce(0) { $0 + $1.count } == 4)
    }
  }

  @Test("what is rejected is in the trailers and in no sum")
  func rejected() async throws {
    var configuration = ServeConfiguration()
    (configuration.seriesMax, configuration.shards) = (2, 1)
    try await TestNode.run(configuration, clock: { Self.now }) { client in
      let metrics = [
        Self.metric("a", 1), Self.metric("a", .nan), Self.metric("b", 1),
        // Only the shard knows that there is no room for these.
        Self.metric("c", 100), Self.metric("a", 2, ["l": "new"]), Self.metric("a", 3),
        Self.metric("a", 1, at: 5), Self.metric("a", 1, ["": "x"]),
      ]
      let answer = try await Self.record(client, metrics.map { $0.encoded() })
      #expect(answer.status.code == .ok && answer.summary.totalMetrics == 3)
      #expect(Set(answer.summary.stats.keys) == ["a", "b"])
      #expect(answer.summary.stats["a"]?.sum == 4 && answer.summary.stats["a"]?.max == 3)
      #expect(answer.trailers.first("tributary-points-rejected") == "5")
      let reasons = answer.trailers.entries.filter { $0.key == "tributary-rejection" }
      #expect(reasons.count == 4)
      let texts = reasons.map { String(decoding: $0.value, as: UTF8.self) }
      #expect(texts.contains("reason=SERIES_LIMIT count=2 first_index=3"))
    }
  }

  @Test("nanoseconds that are not of one second reject a metric, and no others")
  func nanoseconds() async throws {
    try await TestNode.run(clock: { Self.now }) { client in
      let metrics = [0, 999_999_999, 1_000_000_000, -1, Int32.max, .min].map { nanos in
        Metric.with {
          ($0.name, $0.value) = ("a", 1)
          $0.timestamp = .with { ($0.seconds, $0.nanos) = (Self.now, nanos) }
        }
      }
      let answer = try await Self.record(client, metrics.map { $0.encoded() })
      #expect(answer.status.code == .ok && answer.summary.totalMetrics == 2)
      #expect(answer.summary.endTime == .with { $0.seconds = Self.now })
      #expect(
        answer.trailers.first("tributary-rejection") == "reason=TIME_INVALID count=4 first_index=2")
      #expect(try await client.summary(SummaryFilter()).rows.map(\.count) == [2])
    }
  }

  @Test("an empty stream is summed up, too")
  func empty() async throws {
    try await TestNode.run { client in
      let answer = try await Self.record(client, [])
      #expect(answer.status.code == .ok && answer.summary == MetricsSummary())
    }
  }

  @Test("bytes that are no metric end the stream, with the summary so far")
  func malformed() async throws {
    try await TestNode.run { client in
      let answer = try await Self.record(
        client, [Self.metric("a", 1).encoded(), [0x0A, 9, 65], Self.metric("a", 1).encoded()])
      #expect(answer.status.code == .invalidArgument)
      #expect(answer.status.message.contains("message 1 is no metrics.v1.Metric"))
      #expect(answer.summary.totalMetrics == 1 && answer.summary.stats["a"]?.count == 1)
      #expect(try await client.summary(SummaryFilter()).rows.count == 1)
    }
  }

  @Test("a stream with too many names ends; what came before stays")
  func names() async throws {
    try await TestNode.run { client in
      let metrics = (0...RecordLimits.namesMax).map { Self.metric("n\($0)", 1).encoded() }
      let answer = try await Self.record(client, metrics)
      #expect(answer.status.code == .resourceExhausted)
      #expect(Int(answer.summary.totalMetrics) == RecordLimits.namesMax)
      #expect(answer.summary.stats.isEmpty)
      #expect(try await client.summary(SummaryFilter()).rows.count == RecordLimits.namesMax)
    }
  }

  @Test("random streams are summed up as a dictionary would", arguments: 0..<4 as Range<UInt64>)
  func twin(seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    var values: [String: [Double]] = [:]
    let metrics = (0..<3000).map { _ in
      let name = "m\(random.int(in: 0...200))"
      let value = Double(random.int(in: -50...50))
      values[name, default: []].append(value)
      return Self.metric(name, value, random.oneIn(2) ? ["l": "\(random.int(in: 0...3))"] : [:])
    }
    try await TestNode.run { client in
      let answer = try await Self.record(client, metrics.map { $0.encoded() })
      #expect(answer.summary.totalMetrics == 3000)
      #expect(Int(answer.summary.uniqueMetricNames) == values.count)
      for (name, values) in values {
        let stats = answer.summary.stats[name] ?? MetricStats()
        #expect(Int(stats.count) == values.count && stats.sum == values.reduce(0, +))
        #expect(stats.min == values.min() && stats.max == values.max())
      }
    }
  }
}
