// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard
import TestKit
import Testing

@Suite("pages of a report")
struct PagingTests {
  private static func report(_ names: some Sequence<String>) -> PartialReport {
    PartialReport(
      Dictionary(names.map { ($0, SeriesSummary(count: 1)) }, uniquingKeysWith: { one, _ in one }))
  }

  private static func name(_ random: inout SplitMix64) -> String {
    let letters = ["a", "b", "aaaaaaaa", "é", "\u{10FFFF}", "\u{0}", "z"]
    return (0..<random.int(in: 1...5)).map { _ in letters[random.int(in: 0...6)] }.joined()
  }

  private static func token(_ position: PagePosition) -> PageToken {
    PageToken(fingerprint: .max - 7, asOf: -1, rowsBefore: 1 << 40, position: position)
  }

  /// Turns pages to the end; the token travels as text.
  private static func turn(
    size: Int, order: ReportOrder? = nil, _ report: () -> PartialReport
  ) throws -> [String] {
    var names: [String] = []
    var token: PageToken? = nil
    repeat {
      let report = report()
      let page = ReportPage(of: report, size: size, after: token?.position, order: order)
      #expect(page.rows.count <= size)
      names += page.rows.map { report.name($0) }
      token = try page.next.map { try PageToken(Self.token($0).text) }
    } while token != nil
    return names
  }

  @Test("cover every series once, in order of bytes", arguments: [1, 2, 7, 100, 1000])
  func cover(size: Int) throws {
    var random = SplitMix64(seed: UInt64(size))
    let names = Set((0..<300).map { _ in Self.name(&random) })
    let turned = try Self.turn(size: size) { Self.report(names) }
    #expect(turned == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
  }

  @Test(
    "cover those that stay once, while others come and go", arguments: 1...5 as ClosedRange<UInt64>)
  func coming(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let staying = Set((0..<100).map { _ in Self.name(&random) })
    let turned = try Self.turn(size: 9) {
      Self.report(staying.union((0..<50).map { _ in Self.name(&random) }))
    }
    #expect(Set(turned).count == turned.count)
    #expect(staying.isSubset(of: turned))
  }

  @Test(
    "in an order cover every series once, in that order", arguments: [1, 2, 7, 100, 1000],
    [true, false])
  func ordered(size: Int, isAscending: Bool) throws {
    var random = SplitMix64(seed: UInt64(size))
    let names = Set((0..<300).map { _ in Self.name(&random) })
    let report = PartialReport(
      Dictionary(
        uniqueKeysWithValues: names.map { name in
          (name, SeriesSummary(count: 1, max: Double(random.int(in: -5...5))))
        }))
    let order = ReportOrder(by: .max, isAscending: isAscending)
    let turned = try Self.turn(size: size, order: order) { report }
    let summaries = report.summaries
    let expected = names.sorted { left, right in
      let (leftMax, rightMax) = (summaries[left]?.max ?? 0, summaries[right]?.max ?? 0)
      if leftMax != rightMax { return (leftMax < rightMax) == isAscending }
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    }
    #expect(turned == expected)
  }

  @Test("a full last page has no successor")
  func exact() {
    let page = ReportPage(of: Self.report(["a", "b"]), size: 2)
    #expect(page.rows.count == 2 && page.next == nil)
    #expect(ReportPage(of: PartialReport(), size: 2).next == nil)
  }

  @Test(
    "a token nobody gave is refused", arguments: ["", "0", "zz", "0161", "01610000000000", "é"])
  func badToken(text: String) {
    #expect(throws: PageTokenError.malformed) { try PageToken(text) }
  }

  @Test("a token that was changed or cut is refused")
  func changedToken() throws {
    let page = ReportPage(of: Self.report(["metric.one", "metric.two"]), size: 1)
    let token = Self.token(try #require(page.next))
    let text = token.text
    #expect(try PageToken(text) == token)
    #expect(token.position == PagePosition(key: Array("metric.one".utf8)))
    for length in 0..<text.count {
      #expect(throws: PageTokenError.malformed) { try PageToken(String(text.prefix(length))) }
    }
    var digits = Array(text)
    for position in digits.indices {
      let digit = digits[position]
      digits[position] = digit == "0" ? "1" : "0"
      #expect(throws: PageTokenError.self) { try PageToken(String(digits)) }
      digits[position] = digit
    }
  }
}
