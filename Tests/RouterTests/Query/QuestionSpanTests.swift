// SPDX-License-Identifier: Apache-2.0
import Router
import Shard
import Testing

@Suite("The span of a question")
struct QuestionSpanTests {
  private static let now: Int64 = 1_000_003

  /// An hour in slices of 10 s, a minute ahead.
  private static func span(
    window: Int64 = 0, from: Int64 = 0, to: Int64 = 0, asOf: Int64 = 0, walk: Int64? = nil
  ) throws -> QuestionSpan {
    try QuestionSpan(
      windowSeconds: window, from: from, to: to, asOf: asOf, walkAsOf: walk, shape: .standard,
      now: now)
  }

  @Test("is the window that ends now, unless more is said")
  func plain() throws {
    let span = try Self.span()
    #expect((span.asOf, span.from, span.to) == (1_000_003, 996_403, 1_000_003))
    #expect(span.slicesFrom == nil && span.slicesTo == nil && span.windowSeconds == 3600)
    #expect(try Self.span(window: 60).from == 999_943)
  }

  @Test("as of an earlier time ends with that time's slice")
  func earlier() throws {
    let span = try Self.span(window: 60, asOf: 999_998)
    #expect((span.from, span.to) == (999_938, 999_998))
    #expect((span.slicesFrom, span.slicesTo) == (999_929, 999_999))
  }

  @Test("of a later page is that of the first, points ahead of it included")
  func walk() throws {
    let span = try Self.span(window: 60, walk: 999_998)
    #expect((span.asOf, span.from, span.to) == (999_998, 999_938, 999_998))
    #expect((span.slicesFrom, span.slicesTo) == (999_929, 1_000_069))
    #expect(span.isOpen)
    #expect(try Self.span(asOf: 999_998, walk: 999_998) == Self.span(asOf: 999_998))
  }

  @Test("is cut where it is told to be")
  func cut() throws {
    let span = try Self.span(from: 999_000, to: 999_500)
    #expect((span.slicesFrom, span.slicesTo) == (999_000, 999_500))
    #expect((span.from, span.to, span.seconds) == (999_000, 999_500, 500))
    #expect(span.asOf == Self.now && !span.isOpen)
    #expect(try Self.span(from: 999_000).slicesTo == nil)
    #expect(try Self.span(window: 100, to: 999_500).slicesFrom == 999_399)
  }

  @Test("may begin a slice before the window, since clocks differ")
  func early() throws {
    let span = try Self.span(from: Self.now - 3610)
    #expect(span.seconds == 3610 && span.windowSeconds == 3600)
    #expect(throws: QuestionSpanError.self) { try Self.span(from: Self.now - 3611) }
  }

  @Test("that is not in the window is refused with the limits")
  func refused() {
    let future = #expect(throws: QuestionSpanError.self) { try Self.span(asOf: Self.now + 1) }
    #expect(
      future?.description == "as_of is 1000004; it must lie in the node's window, after 996403 and "
        + "up to 1000003, or be 0 for now")
    #expect(throws: QuestionSpanError.self) { try Self.span(asOf: Self.now - 3600) }
    #expect(throws: QuestionSpanError.self) { try Self.span(asOf: -1) }
    #expect(throws: QuestionSpanError.self) { try Self.span(to: Self.now + 1) }
    #expect(throws: QuestionSpanError.self) { try Self.span(to: 999_999, asOf: 999_998) }
    #expect(throws: QuestionSpanError.self) { try Self.span(from: 999_500, to: 999_500) }
    #expect(throws: QuestionSpanError.self) { try Self.span(from: -1) }
    #expect(throws: QuestionSpanError.self) { try Self.span(window: 10, from: 999_500) }
    #expect(throws: QuestionSpanError.self) { try Self.span(window: 3601) }
    #expect(throws: QuestionSpanError.self) { try Self.span(window: -1) }
    #expect(throws: QuestionSpanError.self) { try Self.span(walk: Self.now - 3600) }
    #expect(throws: QuestionSpanError.self) { try Self.span(walk: Self.now + 11) }
    #expect(throws: QuestionSpanError.self) { try Self.span(from: .max, to: .max) }
    #expect(throws: QuestionSpanError.self) { try Self.span(from: .min, to: .min) }
  }
}
