// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

@Suite("sums")
struct SumTests {
  private static let now: Int64 = 1_700_000_000

  private static func sum(_ values: [(Double, age: Int64)]) -> Double? {
    var core = ShardCore()
    core.apply(
      values.map { TestPoint(name: "a", value: $0.0, time: now - $0.age) }, now: now)
    return core.summaries(now: now)["a"]?.sum
  }

  @Test("keep what cancelling would lose, in one slice and over slices", arguments: [0, 10, 1000])
  func cancelling(spread: Int64) {
    #expect(Self.sum([(1e16, 0), (1, spread), (-1e16, 2 * spread)]) == 1)
    #expect(Self.sum([(1, 0), (1e100, spread), (1, 2 * spread), (-1e100, 3 * spread)]) == 2)
  }

  @Test("keep it in a series with blocks too")
  func cancellingInBlocks() {
    let filling = (0..<360).map { (0.0, age: Int64($0) * 10) }
    #expect(Self.sum(filling + [(1e16, 0), (1, 700), (-1e16, 1400)]) == 1)
  }

  @Test("of a million tenths are exact to the last bit")
  func tenths() {
    var core = ShardCore()
    let batch = PointColumns()
    for _ in 0..<4000 { batch.append(TestPoint(name: "a", value: 0.1, time: Self.now)) }
    for _ in 0..<250 { core.apply(batch, now: Self.now) }
    #expect(core.summaries(now: Self.now)["a"]?.sum == 0.1 * 1e6)
  }

  @Test("do not depend on the order of points in a slice", arguments: 1...5 as ClosedRange<UInt64>)
  func order(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var values = (0..<500).map { _ in
      (random.double(in: -1...1) * 1e9, age: Int64(0))
    }
    let sum = Self.sum(values)
    for _ in 0..<5 {
      values.shuffle(using: &random)
      #expect(Self.sum(values) == sum)
    }
  }

  @Test("beyond the largest double are infinite, not NaN")
  func overflow() {
    let huge = Double.greatestFiniteMagnitude
    #expect(Self.sum([(huge, 0), (huge, 0), (1, 0), (1, 10)]) == .infinity)
    #expect(Self.sum([(-huge, 0), (-huge, 10), (1, 20)]) == -.infinity)
  }
}
