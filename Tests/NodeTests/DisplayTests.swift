// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Node

@Suite("Summaries as text")
struct DisplayTests {
  private let summary = Summary(
    rows: [
      SeriesRow(
        name: "cpu.user", count: 12, sum: 30, avg: 2.5, min: -1, max: 0.1 + 0.2, variance: 4,
        stddev: 2, last: 0, lastSeen: 86_398, firstSeen: 86_000, rate: 12 / 3600, sumRate: 0.5,
        quantiles: [2, 2.75], quantileError: 0.011, kind: "gauge"),
      SeriesRow(
        name: "bad\"name,\n", count: 0, sum: 0, avg: 0, min: 0, max: 0, positiveInfinities: 3),
      SeriesRow(
        name: "温度{in=\"°C\"}", count: 2_500_000, sum: 1e21, avg: 4e14, min: 1e-9, max: 12345.678,
        metric: "温度", labels: [.init(name: "in", value: "°C")]),
    ], asOf: 86_399, windowSeconds: 3600, resolutionSeconds: 10, from: 82_799, to: 86_399,
    quantiles: [0.5, 0.999], quantilesFrom: 82_790, quantilesTo: 86_399)

  @Test("a table is aligned by what the terminal shows, and cannot be forged by a name")
  func table() {
    let lines = SummaryText.write(summary, as: .table).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines.map(String.init) == [
        "NAME           COUNT     RATE   AVG  P50  P99.9    MIN      MAX  LAST  INF",
        "cpu.user          12  0.00333   2.5    2   2.75     -1      0.3     0    0",
        "bad\"name,\\n        0        -     -    -      -      -        -     -    3",
        "温度{in=\"°C\"}   2.5M        0  400T    -      -  1e-09  12.346k     -    0",
        "", "3 series over 1h as of 23:59:59 UTC", "",
      ])
  }

  @Test("columns of quantiles are there when any row has them")
  func noQuantiles() {
    var summary = summary
    for row in summary.rows.indices { summary.rows[row].quantiles = [] }
    let titles = SummaryText.write(summary, as: .table).prefix { $0 != "\n" }
    #expect(titles.split(separator: " ").prefix(5) == ["NAME", "COUNT", "RATE", "AVG", "MIN"])
  }

  @Test(
    "a usual table fits into 100 columns",
    arguments: [1.0, -9876.5, 98765.4, 0.0123, 1e300, 123.456])
  func width(value: Double) {
    var summary = summary
    summary.quantiles = [0.5, 0.95, 0.99]
    summary.rows = [
      SeriesRow(
        name: "http.requests", count: 12_345_678, sum: value, avg: value, min: value, max: value,
        last: value, lastSeen: 1, rate: value, quantiles: [value, value, value])
    ]
    let lines = SummaryText.write(summary, as: .table).split(separator: "\n")
    #expect(lines.allSatisfy { TextWidth.columns(String($0)) <= 100 })
  }

  @Test(
    "quantiles are named by their percentage",
    arguments: [
      (0.5, "50"), (0.95, "95"), (0.999, "99.9"), (0, "0"), (1, "100"), (0.00001, "0.001"),
      (0.1, "10"),
    ])
  func percent(quantile: Double, text: String) {
    #expect(SummaryText.percent(quantile) == text)
  }

  @Test("names and labels cannot be taken for others")
  func seriesText() {
    #expect(SeriesText.show(metric: "cpu", labels: []) == "cpu")
    #expect(
      SeriesText.show(metric: "cpu", labels: [("core", "0"), ("host", "a\"},\\\n")])
        == #"cpu{core="0",host="a\"},\\\n"}"#)
    #expect(SeriesText.show(metric: "", labels: [("host", "é")]) == #"{host="é"}"#)
  }

  @Test("JSON keeps every bit, and names are escaped")
  func json() {
    #expect(
      SummaryText.write(summary, as: .json)
        == #"{"as_of":86399,"window_seconds":3600,"resolution_seconds":10,"from":82799,"#
        + #""to":86399,"quantiles_from":82790,"quantiles_to":86399,"metrics":{"#
        + #""cpu.user":{"count":12,"sum":30.0,"avg":2.5,"min":-1.0,"max":0.30000000000000004,"#
        + #""variance":4.0,"stddev":2.0,"rate":0.0033333333333333335,"sum_rate":0.5,"last":0.0,"#
        + #""last_seen":86398,"first_seen":86000,"quantiles":{"0.5":2.0,"0.999":2.75},"#
        + #""quantile_error":0.011,"kind":"gauge"},"#
        + #""bad\"name,\n":{"count":0,"sum":0.0,"avg":0.0,"min":0.0,"max":0.0,"#
        + #""positive_infinities":3,"#
        + #""variance":0.0,"stddev":0.0,"rate":0.0,"sum_rate":0.0}},"#
        + #""series":[{"metric":"温度","labels":{"in":"°C"},"#
        + #""count":2500000,"sum":1e+21,"avg":400000000000000.0,"#
        + #""min":1e-09,"max":12345.678,"#
        + #""variance":0.0,"stddev":0.0,"rate":0.0,"sum_rate":0.0}]}"#
        + "\n")
  }

  private static let coverage = SummaryCoverage(
    complete: false, epoch: 4,
    nodes: [
      SummaryCoverage.Node(id: "a", incarnation: 7, latencyMicroseconds: 1500),
      SummaryCoverage.Node(
        id: "b", answered: false, error: "connection\nrefused", stalenessMilliseconds: -1,
        pointsHinted: 12),
      SummaryCoverage.Node(id: "c", answered: false, error: "it has left", handedOver: true),
    ])

  @Test("what is missing from an answer is a line of the table, only then")
  func incomplete() {
    var summary = summary
    summary.coverage = Self.coverage
    let last = SummaryText.write(summary, as: .table).split(separator: "\n").last
    #expect(
      last == "incomplete: b did not answer (connection\\nrefused); 12 points are kept for b")
    summary.coverage?.nodes = [
      SummaryCoverage.Node(id: "a", error: "has started anew since it was last heard of")
    ]
    let anew = SummaryText.write(summary, as: .table).split(separator: "\n").last
    #expect(anew == "incomplete: a has started anew since it was last heard of")
    summary.coverage?.complete = true
    let clean = SummaryText.write(summary, as: .table).split(separator: "\n").last
    #expect(clean == "3 series over 1h as of 23:59:59 UTC")
  }

  @Test("JSON says whether the answer is complete, and how each node answered")
  func coverage() {
    var summary = summary
    (summary.rows, summary.coverage, summary.to) = ([], Self.coverage, 0)
    summary.coverage?.nodes.removeLast()
    #expect(
      SummaryText.write(summary, as: .json)
        == #"{"as_of":86399,"window_seconds":3600,"resolution_seconds":10,"complete":false,"#
        + #""epoch":4,"nodes":[{"node_id":"a","incarnation":7,"answered":true,"error":"","#
        + #""latency_microseconds":1500,"staleness_milliseconds":0,"points_hinted":0,"#
        + #""handed_over":false},{"node_id":"b","incarnation":0,"answered":false,"#
        + #""error":"connection\nrefused","latency_microseconds":0,"staleness_milliseconds":-1,"#
        + #""points_hinted":12,"handed_over":false}],"metrics":{}}"# + "\n")
  }

  @Test("the coverage of several pages lacks what any lacks")
  func joined() {
    var complete = Self.coverage
    complete.complete = true
    #expect(SummaryCoverage.joined(complete, Self.coverage) == Self.coverage)
    #expect(SummaryCoverage.joined(Self.coverage, complete) == Self.coverage)
    #expect(SummaryCoverage.joined(nil, complete) == complete)
    #expect(SummaryCoverage.joined(nil, nil) == nil)
  }

  @Test("what is not finite is null in JSON", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(value: Double) {
    var writer = JSONWriter()
    writer.object { $0.member("x", value) }
    #expect(writer.text == #"{"x":null}"#)
  }

  @Test("CSV quotes what needs it")
  func csv() {
    #expect(
      SummaryText.write(summary, as: .csv) == """
        name,count,sum,avg,min,max,positive_infinities,negative_infinities,variance,stddev,rate,\
        sum_rate,last,last_seen,first_seen,kind,p50,p99.9,quantile_error
        cpu.user,12,30.0,2.5,-1.0,0.30000000000000004,0,0,4.0,2.0,0.0033333333333333335,0.5,0.0,\
        86398,86000,gauge,2.0,2.75,0.011
        "bad""name,
        ",0,0.0,0.0,0.0,0.0,3,0,0.0,0.0,0.0,0.0,,,,,,,
        "温度{in=""°C""}",2500000,1e+21,400000000000000.0,1e-09,12345.678,0,0,0.0,0.0,0.0,0.0,,,,,,,

        """)
  }

  @Test(
    "numbers for people have few digits",
    arguments: [
      (0.0, "0"), (1, "1"), (-2.5, "-2.5"), (0.00012, "0.00012"), (0.000012, "1.2e-05"),
      (1234.5678, "1234.6"), (9999.96, "10k"), (12345, "12.345k"), (999_999.6, "1M"),
      (1.5e9, "1.5G"), (-3.21e12, "-3.21T"), (1e18, "1E"), (2e21, "2e+21"), (.infinity, "inf"),
      (-.infinity, "-inf"), (.nan, "nan"), (1 / 3.0, "0.33333"), (100, "100"), (99.999, "99.999"),
    ])
  func numbers(value: Double, text: String) {
    #expect(NumberText.human(value) == text)
  }

  @Test(
    "fewer digits are shown where that shortens a number",
    arguments: [
      (22.5211e9, "22.52G"), (0.003887, "0.00389"), (1234.5, "1235"), (98765, "98.77k"), (2, "2"),
    ])
  func fewer(value: Double, text: String) {
    #expect(NumberText.human(value, digits: 4) == text)
  }

  @Test(
    "fixed digits are rounded",
    arguments: [
      (1.125, 2, "1.13"), (0.0, 3, "0.000"), (-0.0001, 2, "0.00"), (12.5, 0, "13"),
      (-1.25, 1, "-1.3"),
      (0.05, 1, "0.1"), (1e20, 2, "1e+20"),
    ])
  func fixed(value: Double, digits: Int, text: String) {
    #expect(NumberText.fixed(value, digits) == text)
  }

  @Test(
    "columns are counted as a terminal shows them",
    arguments: [
      ("abc", 3), ("é", 1), ("e\u{301}", 1), ("温度", 4), ("👩‍👩‍👧", 2),
      ("ｱ", 1), ("", 0),
    ])
  func widths(text: String, columns: Int) {
    #expect(TextWidth.columns(text) == columns)
  }

  @Test("a text is cut between characters, with an ellipsis")
  func truncation() {
    #expect(TextWidth.truncated("温度計", to: 5) == "温度…")
    #expect(TextWidth.truncated("温度計", to: 4) == "温…")
    #expect(TextWidth.truncated("abc", to: 3) == "abc")
    #expect(TextWidth.truncated("abc", to: 0) == "")
  }

  @Test("rows are ordered: names ascending, numbers descending, ties by name")
  func order() {
    let rows = ["b", "a", "c"].map {
      SeriesRow(name: $0, count: $0 == "c" ? 2 : 1, sum: 0, avg: 0, min: 0, max: 0)
    }
    #expect(rows.sorted(by: .name).map(\.name) == ["a", "b", "c"])
    #expect(rows.sorted(by: .count).map(\.name) == ["c", "a", "b"])
    #expect(rows.sorted(by: .max).map(\.name) == ["a", "b", "c"])
  }
}
