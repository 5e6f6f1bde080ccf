// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard
import TestKit
import Testing

@Suite("Groups of series")
struct GroupingTests {
  private typealias Row = (metric: String, labels: [String: String], value: Double)

  private static func report(_ rows: [Row]) -> PartialReport {
    var report = PartialReport()
    for row in rows {
      let key = SeriesKey.encode(metric: row.metric, labels: row.labels)
      report.append(
        name: key, hash: SeriesKey.hash(key.span.bytes, 0..<key.count),
        SeriesSummary(count: 1, sum: row.value, min: row.value, max: row.value))
    }
    return report
  }

  /// Rows by what they are called.
  private static func shown(_ report: PartialReport) -> [String: SeriesSummary] {
    Dictionary(
      uniqueKeysWithValues: (0..<report.count).map { row in
        let key = report.nameBytes[report.nameRange(row)]
        #expect(report.hashes[row] == SeriesKey.hash(Array(key).span.bytes, 0..<key.count))
        let (metric, labels) = SeriesKey.decode(key)
        return ("\(metric) \(labels.map { "\($0.name)=\($0.value)" })", report[row])
      })
  }

  @Test("add up what has the same values of their labels, a missing one being empty")
  func labels() {
    let report = Self.report([
      ("cpu", ["host": "a", "zone": "1"], 1), ("cpu", ["host": "a", "zone": "2"], 2),
      ("mem", ["host": "a"], 4), ("mem", ["zone": "1"], 8), ("disk", [:], 16),
    ])
    func sums(_ labels: [String]) -> [String: Double] {
      Self.shown(ReportGrouping(by: labels).applied(to: report)).mapValues(\.sum)
    }
    #expect(sums(["host"]) == [#" ["host=a"]"#: 7, " []": 24])
    #expect(sums([]) == [" []": 31])
    #expect(sums(["__name__"]) == ["cpu []": 3, "mem []": 12, "disk []": 16])
    #expect(
      sums(["zone", "__name__", "zone"])
        == [
          #"cpu ["zone=1"]"#: 1, #"cpu ["zone=2"]"#: 2, "mem []": 4, #"mem ["zone=1"]"#: 8,
          "disk []": 16,
        ])
    #expect(sums(["hos", "hostt", "host", "a"]).count == 2)
  }

  @Test("are what a dictionary makes of the rows", arguments: 1...40 as ClosedRange<UInt64>)
  func twin(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let names = ["a", "ab", "b", "host", "é", "zone"]
    let rows: [Row] = (0..<random.int(in: 0...200)).map { _ in
      let labels = Dictionary(
        (0..<random.int(in: 0...4)).map { _ in
          (names[random.int(in: 0...5)], ["", "1", "2", "ü"][random.int(in: 0...3)])
        }, uniquingKeysWith: { one, _ in one })
      return (["m", "n"][random.int(in: 0...1)], labels, Double(random.int(in: -9...9)))
    }
    // One row a series.
    var series: [String: Row] = [:]
    for row in rows { series["\(SeriesKey.encode(metric: row.metric, labels: row.labels))"] = row }
    let chosen = (names + ["__name__"]).filter { _ in random.int(in: 0...1) == 0 }
    var expected: [String: SeriesSummary] = [:]
    for row in series.values {
      let labels = row.labels.filter { chosen.contains($0.key) && !$0.value.isEmpty }
        .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      let name = chosen.contains("__name__") ? row.metric : ""
      let key = "\(name) \(labels.map { "\($0.key)=\($0.value)" })"
      expected[key, default: SeriesSummary()].add(
        SeriesSummary(count: 1, sum: row.value, min: row.value, max: row.value))
    }
    let grouped = ReportGrouping(by: chosen.shuffled(using: &random)).applied(
      to: Self.report(Array(series.values)))
    #expect(areClose(Self.shown(grouped), expected))
  }
}
