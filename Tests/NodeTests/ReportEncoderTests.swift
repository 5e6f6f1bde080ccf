// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Shard
import TestKit
import Testing

@testable import Node

@Suite("encoded reports")
struct ReportEncoderTests {
  private static func encoder() -> ReportEncoder {
    ReportEncoder(
      asOf: 1000, windowSeconds: 100, resolutionSeconds: 10, nextPageToken: "next", coverage: nil,
      from: 900, to: 1000, quantilesFrom: 890, quantilesTo: 1000, quantiles: [0, 0.5, 0.99, 1])
  }

  private static func report(_ random: inout SplitMix64) -> PartialReport {
    var report = PartialReport()
    for row in 0..<random.int(in: 1...30) {
      let labels = random.oneIn(2) ? ["host": "h\(row)", "é": "\"\\\n"] : [:]
      let key = SeriesKey.encode(metric: "metric.\(row)", labels: labels)
      let values = (0..<random.int(in: 0...9)).map { _ in random.double(in: -5...5) }
      var summary = SeriesSummary(positiveInfinities: values.isEmpty ? 1 : 0)
      for (time, value) in values.enumerated() {
        summary.add(
          SeriesSummary(
            count: 1, sum: value, min: value, max: value, last: value,
            lastSeen: 900 + Int64(time), firstSeen: 890, kind: UInt8(row % 4)))
      }
      report.append(name: key, hash: UInt64(row), summary)
      if !random.oneIn(4) {
        report.add(values.reduce(into: Histogram()) { $0.add($1) }, toRow: row)
      }
    }
    return report
  }

  private static func rows(_ report: Report) -> [[UInt8]: MetricSummary] {
    var rows: [[UInt8]: MetricSummary] = [:]
    for (name, summary) in report.metrics { rows[Array(name.utf8)] = summary }
    for series in report.series {
      rows[SeriesKey.encode(metric: series.metric, labels: series.labels)] = series.summary
    }
    return rows
  }

  @Test("have every statistic of every row", arguments: 1...12 as ClosedRange<UInt64>)
  func everything(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let report = Self.report(&random)
    let encoded = try Report(decoding: Self.encoder().encode(report, rows: 0..<report.count))
    #expect(encoded.unknownFields.isEmpty)
    #expect(encoded.series.allSatisfy { !$0.labels.isEmpty })
    #expect(encoded.quantiles == [0, 0.5, 0.99, 1] && encoded.nextPageToken == "next")
    #expect((encoded.from, encoded.to) == (900, 1000))
    #expect((encoded.quantilesFrom, encoded.quantilesTo) == (890, 1000))
    let rows = Self.rows(encoded)
    #expect(rows.count == report.count)
    for row in 0..<report.count {
      let summary = try #require(rows[Array(report.nameBytes[report.nameRange(row)])])
      let own = report[row]
      #expect(summary.count == own.count && summary.sum == own.sum)
      #expect(summary.avg == own.average && summary.variance == own.variance)
      #expect(summary.stddev == own.variance.squareRoot())
      #expect(summary.positiveInfinities == own.positiveInfinities)
      #expect(summary.last == own.last && summary.lastSeen == max(own.lastSeen, 0))
      #expect(summary.firstSeen == (own.count > 0 ? 890 : 0))
      #expect(summary.rate == Double(own.count) / 100 && summary.sumRate == own.sum / 100)
      #expect(summary.kind.rawValue == Int32(own.kind))
      let quantiles = [0, 0.5, 0.99, 1].compactMap { report.quantile($0, row: row) }
      #expect(summary.quantiles == quantiles)
      guard own.count > 0 else { continue }
      #expect(summary.min == own.min && summary.max == own.max)
      guard !quantiles.isEmpty else { continue }
      #expect(quantiles.first == own.min && quantiles.last == own.max)
      #expect(summary.quantileError == report.quantileError(row: row))
    }
  }

  @Test("have no other statistic than those that are chosen")
  func chosen() throws {
    var report = PartialReport()
    report.append(
      name: Array("a".utf8), hash: 1,
      SeriesSummary(
        count: 2, sum: 6, min: 2, max: 4, squares: 2, last: 4, lastSeen: 9, firstSeen: 8, kind: 1))
    report.add([2, 4].reduce(into: Histogram()) { $0.add($1) }, toRow: 0)
    let fields: [(Statistic, MetricSummary)] = [
      (.count, .with { $0.count = 2 }), (.sum, .with { $0.sum = 6 }), (.avg, .with { $0.avg = 3 }),
      (.min, .with { $0.min = 2 }), (.max, .with { $0.max = 4 }),
      (.variance, .with { $0.variance = 1 }), (.stddev, .with { $0.stddev = 1 }),
      (.last, .with { $0.last = 4 }), (.firstSeen, .with { $0.firstSeen = 8 }),
      (.lastSeen, .with { $0.lastSeen = 9 }), (.rate, .with { $0.rate = 0.02 }),
      (.sumRate, .with { $0.sumRate = 0.06 }),
    ]
    var encoder = Self.encoder()
    for (statistic, expected) in fields {
      encoder.statistics = StatisticSet([statistic])
      let encoded = try Report(decoding: encoder.encode(report, rows: [0]))
      var row = try #require(encoded.metrics["a"])
      #expect(row.kind == .gauge)
      row.kind = .unspecified
      #expect(row == expected)
      #expect(encoded.quantiles.isEmpty && encoded.quantilesTo == 0)
    }
    encoder.statistics = StatisticSet([.quantiles])
    let row = try #require(try Report(decoding: encoder.encode(report, rows: [0])).metrics["a"])
    #expect(row.quantiles.count == 4 && row.count == 0)
  }

  @Test("are row by row when they are in an order")
  func rowByRow() throws {
    var random = SplitMix64(seed: 5)
    let report = Self.report(&random)
    var encoder = Self.encoder()
    encoder.isRowByRow = true
    let order = Array((0..<report.count).reversed())
    let encoded = try Report(decoding: encoder.encode(report, rows: order))
    #expect(encoded.metrics.isEmpty)
    #expect(encoded.series.map(\.metric) == order.map { "metric.\($0)" })
    let read = try ReportReader.read(encoder.encode(report, rows: order))
    #expect(read.summary.rows.map(\.metric) == order.map { "metric.\($0)" })
    #expect(read.summary.quantiles == [0, 0.5, 0.99, 1])
  }

  @Test("sets of statistics know all that there are, and ignore others")
  func sets() {
    #expect(StatisticSet([]) == .all)
    #expect(StatisticSet([.unspecified]).isEmpty)
    let strangers = [14, 31, 32, -1, .max].map { Statistic(rawValue: $0) }
    #expect(StatisticSet(strangers + [.count]) == .count)
    let known = (1...13).map { Statistic(rawValue: $0) }
    #expect(StatisticSet(known) == .all)
  }
}
