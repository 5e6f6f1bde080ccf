// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Testing

@testable import Node

@Suite("The flags of a summary")
struct SummaryFlagTests {
  @Test(
    "have times in three forms",
    arguments: [
      ("1700000000", 1_700_000_000), ("-10m", 999_400), ("-1.5s", 999_999), ("-0s", 1_000_000),
      ("1970-01-01T00:00:01Z", 1), ("2023-11-14T22:13:20Z", 1_700_000_000),
      ("2023-11-14t23:13:20.999+01:00", 1_700_000_000),
      ("2023-11-14 20:43:20-01:30", 1_700_000_000),
      ("2024-02-29T00:00:00Z", 1_709_164_800), ("2000-03-01T00:00:00z", 951_868_800),
    ])
  func times(text: String, seconds: Int64) {
    #expect(TimeText(text)?.seconds(now: 1_000_000) == seconds)
  }

  @Test(
    "refuse what is no time",
    arguments: [
      "", "0", "now", "-", "-x", "--10m", "1.5", "2023-11-14", "2023-11-14T22:13:20",
      "2023-13-14T22:13:20Z", "2023-11-14T24:13:20Z", "2023-11-14T22:13:20+0100",
      "2023-11-14T22:13:20.Z", "2023-11-14T22:13:20+24:00", "2023-11-14T22:13:20Zx",
      "2023-02-29T00:00:00Z", "2023-11-31T00:00:00Z", "2100-02-29T00:00:00Z",
      "2023-12-32T00:00:00Z", "2023-12-00T00:00:00Z",
    ])
  func noTimes(text: String) {
    #expect(TimeText(text) == nil)
  }

  @Test(
    "order by every statistic, and by quantiles",
    arguments: ["name", "count", "sum", "first_seen", "sum_rate", "stddev", "p99", "p99.9", "p0"])
  func orders(text: String) {
    #expect(RowOrder(text)?.text == text)
  }

  @Test("order by nothing else", arguments: ["", "p", "p101", "pnan", "quantiles", "unspecified"])
  func noOrders(text: String) {
    #expect(RowOrder(text) == nil)
  }

  private static func filter(_ arguments: String...) throws -> SummaryFilter {
    let syntax = Syntax<SummaryFilter>(
      command: "test", summary: "", flags: SummaryFilter.questionFlags)
    guard case .run(let filter) = try syntax.parse(arguments, onto: SummaryFilter()) else {
      throw UsageError("help")
    }
    return filter
  }

  @Test("become a question")
  func question() throws {
    let request = try Self.filter(
      "--by", "host,__name__", "--sort=p95", "--ascending", "--top", "7", "--from", "-1h",
      "--to", "999990", "--as-of=1970-01-12T13:46:39Z", "--quantiles", "0,1",
      "--statistics", "sum,last_seen"
    ).request(now: 1_000_000)
    #expect(request.groupBy?.labels == ["host", "__name__"])
    #expect(
      request.orderBy
        == .with { ($0.statistic, $0.quantile, $0.ascending) = (.quantiles, 0.95, true) })
    #expect((request.limit, request.from, request.to) == (7, 996_400, 999_990))
    #expect(request.asOf == 999_999 && request.quantiles == [0, 1])
    #expect(request.statistics == [.sum, .lastSeen, .count])
    #expect(try Self.filter().request(now: 1) == SummaryRequest())
  }

  @Test(
    "are refused with what was expected",
    arguments: [
      ["--by", "a,,b"], ["--quantiles", "0.5,2"], ["--quantiles", "x"], ["--statistics", "mean"],
      ["--sort", "p101"], ["--top", "0"], ["--from", "yesterday"],
    ])
  func refused(arguments: [String]) {
    #expect(throws: UsageError.self) { try Self.filter(arguments[0], arguments[1]) }
  }

  @Test("leave selectors to stand by themselves")
  func operands() throws {
    let syntax = Syntax<[SummaryFilter]>(
      command: "test", summary: "", flags: [], operand: SummaryFilter.operand.lifted(\.[0]))
    guard case .run(let filters) = try syntax.parse(["cpu", "--", "-x"], onto: [SummaryFilter()])
    else { throw UsageError("help") }
    #expect(filters[0].request(now: 1).selectors == ["cpu", "-x"])
    #expect(throws: UsageError.self) {
      try syntax.parse(Array(repeating: "cpu", count: 65), onto: [SummaryFilter()])
    }
  }

  @Test("show where a selector is wrong")
  func carets() {
    var filter = SummaryFilter()
    filter.selectors = ["cpu", #"{"größe",host=~"(é"}"#, "mem{"]
    let error = #expect(throws: UsageError.self) { try filter.check() }
    #expect(
      error?.message
        == "the selector is wrong at column 19: the pattern is none: missing closing parenthesis")
    #expect(error?.excerpt == [filter.selectors[1], String(repeating: " ", count: 18) + "^"])
  }
}
