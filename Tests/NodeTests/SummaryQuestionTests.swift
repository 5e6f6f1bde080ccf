// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Shard
import Testing

@testable import Node

@Suite("A question")
struct SummaryQuestionTests {
  private static func question(
    _ change: (inout SummaryRequest) -> Void
  ) throws(RPCError) -> SummaryQuestion {
    var message = SummaryRequest()
    change(&message)
    return try SummaryQuestion(message, .standard, now: ReportNode.now)
  }

  struct Fault: Sendable {
    let message: String
    let change: @Sendable (inout SummaryRequest) -> Void

    init(_ message: String, _ change: @escaping @Sendable (inout SummaryRequest) -> Void) {
      self.message = message
      self.change = change
    }
  }

  private static let faults: [Fault] = [
    Fault("page_size is negative", { $0.pageSize = -1 }),
    Fault("limit is negative", { $0.limit = -1 }),
    Fault("bytes_max is negative", { $0.bytesMax = -1 }),
    Fault("page_token goes with page_size", { $0.pageToken = "00" }),
    Fault(
      "page_token: the page token is none that a report gave; begin with an empty one",
      { ($0.pageToken, $0.pageSize) = ("00", 1) }
    ),
    Fault("quantiles: 1.5 is not within 0 to 1", { $0.quantiles = [0.5, 1.5] }),
    Fault("quantiles: nan is not within 0 to 1", { $0.quantiles = [.nan] }),
    Fault(
      "quantiles: 33 of them, more than 32", { $0.quantiles = .init(repeating: 0, count: 33) }),
    Fault(
      "statistics: 14 is no telemetry.Statistic of this node",
      { $0.statistics = [.sum, Statistic(rawValue: 14)] }
    ),
    Fault(
      "statistics: 0 is no telemetry.Statistic of this node", { $0.statistics = [.unspecified] }),
    Fault(
      "order_by.statistic: 0 is no telemetry.Statistic of this node", { $0.orderBy = Ordering() }),
    Fault(
      "order_by.quantile: -1.0 is not within 0 to 1",
      { $0.orderBy = .with { ($0.statistic, $0.quantile) = (.quantiles, -1) } }
    ),
    Fault("group_by: a label has no name", { $0.groupBy = .with { $0.labels = ["a", ""] } }),
    Fault(
      "group_by: 65 labels, more than 64",
      { $0.groupBy = .with { $0.labels = .init(repeating: "a", count: 65) } }
    ),
    Fault(
      "as_of is 1700000001; it must lie in the node's window, after 1699996400 and up to "
        + "1700000000, or be 0 for now", { $0.asOf = ReportNode.now + 1 }
    ),
    Fault("globs: glob \"[\": the `[` at character 0 has no `]`", { $0.globs = ["["] }),
    Fault(
      "selectors: cpu{: column 5: the selector ends where a label's name or `}` is expected",
      { $0.selectors = ["cpu{"] }
    ),
    Fault(
      "selectors: cpu{a=~\"é(\"}: column 11: the pattern is none: missing closing parenthesis",
      { $0.selectors = ["mem", "cpu{a=~\"é(\"}"] }
    ),
    Fault(
      "selectors: 65 of them, more than 64",
      { $0.selectors = .init(repeating: "cpu", count: 65) }
    ),
  ]

  @Test("that is none says which field is wrong", arguments: faults)
  func refused(fault: Fault) {
    let error = #expect(throws: RPCError.self) { try Self.question(fault.change) }
    #expect(error?.status.code == .invalidArgument && error?.status.message == fault.message)
  }

  @Test("asks for histograms when quantiles are shown or give the order")
  func histograms() throws {
    #expect(try Self.question { _ in }.request.wantsHistograms)
    #expect(try Self.question { $0.statistics = [.sum, .quantiles] }.request.wantsHistograms)
    #expect(try !Self.question { $0.statistics = [.sum] }.request.wantsHistograms)
    let ordered = try Self.question {
      $0.statistics = [.sum]
      $0.orderBy = .with { ($0.statistic, $0.quantile) = (.quantiles, 0.99) }
    }
    #expect(ordered.request.wantsHistograms)
  }

  @Test("of peers is cut where its rows come by key, and not where they are grouped or ordered")
  func cuts() throws {
    #expect(try Self.question { $0.pageSize = 5 }.cut?.rowsMax == 6)
    #expect(try Self.question { ($0.pageSize, $0.limit) = (5, 3) }.cut?.rowsMax == 4)
    #expect(try Self.question { $0.limit = 3 }.cut?.rowsMax == 4)
    #expect(try Self.question { _ in }.cut == nil)
    #expect(
      try Self.question { ($0.limit, $0.groupBy) = (3, Grouping()) }.cut == nil)
    #expect(
      try Self.question { ($0.limit, $0.orderBy) = (3, .with { $0.statistic = .sum }) }.cut == nil)
  }

  @Test("goes on with tokens of its own only, whatever the size of pages")
  func tokens() throws {
    let asked: (inout SummaryRequest) -> Void = { ($0.pageSize, $0.selectors) = (1, ["cpu"]) }
    let fingerprint = try Self.question(asked).fingerprint
    let token = PageToken(
      fingerprint: fingerprint, asOf: ReportNode.now - 5, rowsBefore: 7,
      position: PagePosition(key: [0x61]))
    let next = try Self.question {
      asked(&$0)
      ($0.pageToken, $0.pageSize, $0.bytesMax, $0.strict) = (token.text, 9, 1000, true)
    }
    #expect(next.pageToken == token && next.span.asOf == ReportNode.now - 5)
    let others: [(inout SummaryRequest) -> Void] = [
      { $0.selectors = ["mem"] }, { $0.limit = 3 }, { $0.local = true }, { $0.from = 1 },
      { $0.orderBy = .with { $0.statistic = .sum } }, { $0.groupBy = Grouping() },
    ]
    for other in others {
      let error = #expect(throws: RPCError.self) {
        try Self.question {
          asked(&$0)
          $0.pageToken = token.text
          other(&$0)
        }
      }
      #expect(
        error?.status.message == "page_token is another question's; begin with an empty one")
    }
  }
}
