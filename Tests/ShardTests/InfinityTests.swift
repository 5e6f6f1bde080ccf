// SPDX-License-Identifier: Apache-2.0
import Shard
import Testing

@Suite("infinities")
struct InfinityTests {
  private static let now: Int64 = 1_700_000_000

  @Test("are counted apart and leave the window like the rest")
  func apart() {
    var core = ShardCore()
    core.apply(
      [
        TestPoint(name: "a", value: .infinity, time: Self.now - 1000),
        TestPoint(name: "a", value: -.infinity, time: Self.now),
        TestPoint(name: "a", value: .infinity, time: Self.now - 500),
        TestPoint(name: "a", value: 5, time: Self.now - 1000),
      ], now: Self.now)
    var due = SeriesSummary(
      count: 1, sum: 5, min: 5, max: 5, positiveInfinities: 2, negativeInfinities: 1)
    #expect(core.summaries(now: Self.now)["a"]?.basics == due)
    due = SeriesSummary(positiveInfinities: 1, negativeInfinities: 1)
    #expect(core.summaries(now: Self.now + 2700)["a"]?.basics == due)
    #expect(core.summaries(now: Self.now + 3600 + 10).isEmpty)
  }

  @Test("of a whole window, one a slice, take bounded memory")
  func bounded() {
    var core = ShardCore()
    for step in 0..<2000 {
      let now = Self.now + Int64(step) * 10
      core.apply([TestPoint(name: "a", value: .infinity, time: now)], now: now)
    }
    let now = Self.now + 19_990
    #expect(core.summaries(now: now)["a"]?.positiveInfinities == 361)
    #expect(core.statistics.bytes < 25_000)
  }
}
