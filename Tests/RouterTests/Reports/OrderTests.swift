// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard
import Testing

@Suite("The order of an answer's rows")
struct OrderTests {
  private static func names(_ rows: [String: SeriesSummary], _ order: ReportOrder) -> [String] {
    let report = PartialReport(rows)
    return ReportPage(of: report, size: 100, order: order).rows.map { report.name($0) }
  }

  private static func rows(_ sums: [String: Double]) -> [String: SeriesSummary] {
    sums.mapValues { SeriesSummary(count: 2, sum: $0, min: $0, max: $0) }
  }

  @Test("has the greatest first, equal ones by name, and those without the statistic last")
  func descending() {
    var rows = Self.rows([
      "a": 1, "b": -2, "z": .infinity, "y": -.infinity, "c": 0, "d": -0.0, "e": 1e-300, "x": .nan,
    ])
    rows["w"] = SeriesSummary(positiveInfinities: 1)
    #expect(
      Self.names(rows, ReportOrder(by: .sum)) == ["z", "a", "e", "c", "d", "b", "y", "w", "x"])
    #expect(
      Self.names(rows, ReportOrder(by: .sum, isAscending: true))
        == ["y", "b", "c", "d", "e", "a", "z", "w", "x"])
  }

  @Test("by spread, by the latest value and by times is of what is known of them")
  func others() {
    let rows = [
      "a": SeriesSummary(count: 2, squares: 8, last: -1, lastSeen: 20, firstSeen: 7),
      "b": SeriesSummary(count: 4, squares: 8, last: 5, lastSeen: 10, firstSeen: 9),
      "c": SeriesSummary(count: 1),
    ]
    for statistic in [Statistic.variance, .stddev, .lastSeen] {
      #expect(Self.names(rows, ReportOrder(by: statistic)) == ["a", "b", "c"])
    }
    for statistic in [Statistic.last, .firstSeen] {
      #expect(Self.names(rows, ReportOrder(by: statistic)) == ["b", "a", "c"])
    }
    #expect(Self.names(rows, ReportOrder(by: .last, isAscending: true)) == ["a", "b", "c"])
  }

  @Test("by a quantile is that of each row's histogram")
  func quantiles() {
    var report = PartialReport()
    for (name, values) in [("a", [1.0, 1, 9]), ("b", [2.0, 2, 2]), ("c", [])] {
      report.append(
        name: Array(name.utf8), hash: testHash(name),
        SeriesSummary(
          count: Int64(values.count), sum: values.reduce(0, +), min: values.min() ?? .infinity,
          max: values.max() ?? -.infinity))
      var histogram = Histogram()
      for value in values { histogram.add(value) }
      report.add(histogram, toRow: report.count - 1)
    }
    func names(_ quantile: Double) -> [String] {
      ReportPage(of: report, size: 9, order: ReportOrder(by: .quantiles, quantile: quantile)).rows
        .map { report.name($0) }
    }
    #expect(names(0.5) == ["b", "a", "c"])
    #expect(names(1) == ["a", "b", "c"])
  }

  @Test("by count is exact where doubles are not")
  func counts() {
    let rows = [
      "a": SeriesSummary(count: 1 << 53), "b": SeriesSummary(count: 1 << 53 + 1),
      "c": SeriesSummary(count: .max), "d": SeriesSummary(negativeInfinities: 1),
    ]
    for statistic in [Statistic.count, .rate] {
      #expect(Self.names(rows, ReportOrder(by: statistic)) == ["c", "b", "a", "d"])
      #expect(
        Self.names(rows, ReportOrder(by: statistic, isAscending: true)) == ["d", "a", "b", "c"])
    }
  }

  @Test("by spread, times, latest values and quantiles has rows without them last")
  func absentOnes() {
    let rows = [
      "a": SeriesSummary(
        count: 2, min: 1, max: 3, squares: 2, last: 3, lastSeen: 90, firstSeen: 10),
      "b": SeriesSummary(
        count: 1, min: 7, max: 7, squares: 0, last: 7, lastSeen: 70, firstSeen: 70),
      "c": SeriesSummary(count: 9, min: 5, max: 6, squares: 45),
      "d": SeriesSummary(positiveInfinities: 1, last: .infinity, lastSeen: 95, firstSeen: 5),
    ]
    for statistic in [Statistic.variance, .stddev] {
      #expect(Self.names(rows, ReportOrder(by: statistic)) == ["c", "a", "b", "d"])
    }
    #expect(Self.names(rows, ReportOrder(by: .last)) == ["d", "b", "a", "c"])
    #expect(Self.names(rows, ReportOrder(by: .lastSeen)) == ["d", "a", "b", "c"])
    #expect(
      Self.names(rows, ReportOrder(by: .firstSeen, isAscending: true)) == ["d", "a", "b", "c"])
    var report = PartialReport(rows)
    for (name, values) in [("a", [1.0, 3]), ("b", [7]), ("c", [])] {
      let row = (0..<report.count).first { report.name($0) == name }
      report.add(values.reduce(into: Histogram()) { $0.add($1) }, toRow: row ?? 0)
    }
    let order = ReportOrder(by: .quantiles, quantile: 0.5, isAscending: true)
    let page = ReportPage(of: report, size: 9, order: order)
    #expect(page.rows.map { report.name($0) } == ["a", "b", "c", "d"])
  }
}
