// SPDX-License-Identifier: Apache-2.0
import Shard
import Testing

@Suite("the cap on series")
struct BudgetTests {
  private static let now: Int64 = 1_700_000_000

  private static func points(_ names: Range<Int>, now: Int64 = now) -> [TestPoint] {
    names.map { TestPoint(name: "metric \($0)", value: 1, time: now) }
  }

  @Test("rejects new series over it, while known ones go on")
  func cap() {
    var core = ShardCore(budget: SeriesBudget(seriesMax: 10))
    let rejected = core.apply(Self.points(0..<15), now: Self.now)
    #expect(rejected.map(\.row) == Array(10..<15))
    #expect(rejected.allSatisfy { $0.reason == .seriesLimit })
    #expect(core.apply(Self.points(0..<10), now: Self.now).isEmpty)
    #expect(core.statistics.series == 10)
    #expect(core.summaries(now: Self.now).values.allSatisfy { $0.count == 2 })
  }

  @Test("is shared by the shards of a node")
  func shared() {
    let budget = SeriesBudget(seriesMax: 10)
    var one = ShardCore(budget: budget)
    var other = ShardCore(budget: budget)
    #expect(one.apply(Self.points(0..<7), now: Self.now).isEmpty)
    #expect(other.apply(Self.points(0..<7), now: Self.now).count == 4)
  }

  @Test("has room again when idle series are given back, and when a shard ends")
  func givenBack() {
    let budget = SeriesBudget(seriesMax: 10)
    do {
      var core = ShardCore(budget: budget)
      core.apply(Self.points(0..<10), now: Self.now)
      let later = Self.now + 3700
      core.tick(now: later)
      #expect(core.apply(Self.points(20..<30, now: later), now: later).isEmpty)
      #expect(budget.count == 10)
    }
    #expect(budget.count == 0)
  }
}
