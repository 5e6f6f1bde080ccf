// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

@Suite("the span of a report")
struct SpanTests {
  private static let now: Int64 = 1_700_000_005

  @Test("is of whole slices, and its quantiles of whole groups of them")
  func aligned() {
    let shape = WindowShape.standard
    let request = ReportRequest(from: Self.now - 1000, to: Self.now - 500)
    let span = shape.span(of: request, now: Self.now)
    #expect(span.from == 1_699_999_009 && span.to == 1_699_999_499)
    #expect(span.quantilesFrom <= span.from && span.quantilesTo >= span.to)
    #expect(span.quantilesFrom > span.from - shape.groupSeconds)
    #expect(span.quantilesTo < span.to + shape.groupSeconds)
    #expect((span.quantilesFrom + 1) % shape.groupSeconds == 0)
    #expect((span.quantilesTo + 1) % shape.groupSeconds == 0)
  }

  @Test("without bounds is the window, and ends at the clock")
  func unbounded() {
    let span = WindowShape.standard.span(of: ReportRequest(), now: Self.now)
    #expect(span.from == 1_699_996_399 && span.to == Self.now && span.quantilesTo == Self.now)
    let shorter = WindowShape.standard.span(
      of: ReportRequest(windowSeconds: 10), now: Self.now)
    #expect(shorter.from == 1_699_999_989)
  }

  @Test(
    "may have no slice at all",
    arguments: [
      (nil, 5), (Int64.max, nil), (nil, Int64.min), (1_700_000_000, 1_700_000_009),
      (1_700_000_000, 1_699_999_000),
    ] as [(Int64?, Int64?)])
  func empty(from: Int64?, to: Int64?) {
    var core = ShardCore()
    core.apply(
      (0..<400).map { TestPoint(name: "a", value: 1, time: Self.now - $0 * 9) }, now: Self.now)
    let request = ReportRequest(from: from, to: to, wantsHistograms: true)
    #expect(core.report(request, now: Self.now).count == 0)
    let span = WindowShape.standard.span(of: request, now: Self.now)
    #expect(span.from == span.to)
  }

  @Test("may have any bounds, however far away")
  func extremes() {
    var core = ShardCore()
    core.apply([TestPoint(name: "a", value: 1, time: Self.now)], now: Self.now)
    let request = ReportRequest(from: .min, to: .max)
    #expect(core.summaries(request, now: Self.now)["a"]?.count == 1)
    #expect(WindowShape.standard.span(of: request, now: Self.now).from == 1_699_996_399)
  }

  @Test("divides a busy series' points without loss", arguments: 1...6 as ClosedRange<UInt64>)
  func partition(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var core = ShardCore()
    let points = (0..<3000).map { _ in
      TestPoint(
        name: "a", value: Double(random.int(in: 0...9)),
        time: Self.now - Int64(random.int(in: 0...3500)))
    }
    core.apply(points, now: Self.now)
    // Cuts at the ends of slices: each point lies on one side.
    var cuts = (0..<random.int(in: 0...9)).map { _ in
      1_699_996_389 + Int64(random.int(in: 0...361)) * 10
    }
    cuts = [0] + cuts.sorted() + [Self.now + 100]
    var (count, sum) = (Int64(0), 0.0)
    for (from, to) in zip(cuts, cuts.dropFirst()) {
      let part = core.summaries(ReportRequest(from: from, to: to), now: Self.now)["a"]
      count += part?.count ?? 0
      sum += part?.sum ?? 0
    }
    #expect(count == 3000 && sum == points.reduce(0) { $0 + $1.value })
  }
}
