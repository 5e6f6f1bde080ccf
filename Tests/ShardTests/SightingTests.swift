// SPDX-License-Identifier: Apache-2.0
import Shard
import Testing

@Suite("what a series has seen")
struct SightingTests {
  private static let now: Int64 = 1_700_000_000

  @Test("is the value with the latest time; of equal times the one that came last")
  func last() throws {
    var core = ShardCore()
    core.apply(
      [
        TestPoint(name: "a", value: 1, time: Self.now, kind: 1),
        TestPoint(name: "a", value: 2, time: Self.now + 3),
        TestPoint(name: "a", value: 3, time: Self.now - 70, kind: 3),
        TestPoint(name: "a", value: -.infinity, time: Self.now + 3, kind: 2),
      ], now: Self.now)
    let seen = try #require(core.summaries(now: Self.now)["a"])
    #expect(seen.last == -.infinity && seen.lastSeen == Self.now + 3)
    #expect(seen.firstSeen == Self.now - 70 && seen.kind == 3)
  }

  @Test("may be older than the window, and begins anew when the window was empty")
  func first() throws {
    var core = ShardCore()
    for step in 0..<Int64(10) {
      let now = Self.now + step * 3000
      core.apply([TestPoint(name: "a", value: 1, time: now)], now: now)
      #expect(core.summaries(now: now)["a"]?.firstSeen == Self.now)
    }
    let later = Self.now + 9 * 3000 + 3610
    core.apply([TestPoint(name: "a", value: 1, time: later)], now: later)
    #expect(core.summaries(now: later)["a"]?.firstSeen == later)
  }

  @Test("has no latest value within a span that ends before it")
  func span() throws {
    var core = ShardCore()
    core.apply(
      [-95, -5].map { TestPoint(name: "a", value: 1, time: Self.now + $0, kind: 1) },
      now: Self.now)
    let request = ReportRequest(to: Self.now - 20)
    let seen = try #require(core.summaries(request, now: Self.now)["a"])
    #expect(seen.count == 1 && seen.lastSeen == SeriesSummary.neverSeen && seen.last == 0)
    #expect(seen.firstSeen == Self.now - 95 && seen.kind == 1)
  }

  @Test("has no latest value after the clock was set back, until the next point")
  func clockSetBack() {
    var core = ShardCore()
    let wrong = Self.now + 500
    core.apply(
      [
        TestPoint(name: "a", value: 1, time: Self.now),
        TestPoint(name: "a", value: 2, time: wrong),
      ], now: wrong)
    #expect(core.summaries(now: Self.now)["a"]?.lastSeen == SeriesSummary.neverSeen)
    core.apply([TestPoint(name: "a", value: 3, time: Self.now - 1)], now: Self.now)
    let seen = core.summaries(now: Self.now)["a"]
    #expect(seen?.lastSeen == Self.now - 1 && seen?.last == 3 && seen?.count == 2)
  }

  @Test("has no latest value when slices come of which none is known")
  func handOverUnknown() {
    let wrong = Self.now + 500
    var from = ShardCore()
    from.apply([TestPoint(name: "a", value: 1, time: Self.now)], now: wrong)
    from.apply([TestPoint(name: "a", value: 2, time: wrong)], now: wrong)
    var to = ShardCore()
    to.apply([TestPoint(name: "a", value: 3, time: Self.now - 9)], now: Self.now)
    _ = to.fold(from.exportSlices(seriesMax: 9, now: Self.now).batch, now: Self.now)
    let seen = to.summaries(now: Self.now)["a"]
    #expect(seen?.count == 2 && seen?.lastSeen == SeriesSummary.neverSeen)
  }

  @Test("goes along when slices leave the shard")
  func handOver() throws {
    var from = ShardCore()
    var to = ShardCore()
    from.apply(
      [
        TestPoint(name: "a", value: 8, time: Self.now, kind: 1),
        TestPoint(name: "a", value: 1, time: Self.now - 100),
      ], now: Self.now)
    to.apply([TestPoint(name: "a", value: 9, time: Self.now, kind: 2)], now: Self.now)
    let step = from.exportSlices(seriesMax: 9, now: Self.now)
    #expect(step.batch.sightings.map(\.last) == [8])
    _ = to.fold(step.batch, now: Self.now)
    let seen = try #require(to.summaries(now: Self.now)["a"])
    #expect(seen.last == 9 && seen.lastSeen == Self.now)
    #expect(seen.firstSeen == Self.now - 100 && seen.kind == 2)
  }
}
