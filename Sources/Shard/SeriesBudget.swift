// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// How many series the shards of one node may hold together. Shared, lock-free.
public final class SeriesBudget: Sendable {
  /// Most series at one time.
  public let seriesMax: Int
  private let held = Atomic<Int>(0)

  /// An unused budget.
  public init(seriesMax: Int = ShardLimits.seriesMaxDefault) {
    precondition(seriesMax >= 0, "negative budget")
    self.seriesMax = seriesMax
  }

  /// Series held now by all shards.
  public var count: Int { held.load(ordering: .relaxed) }

  /// Takes one, unless all are taken.
  func take() -> Bool {
    var seen = held.load(ordering: .relaxed)
    while seen < seriesMax {
      let (exchanged, original) = held.weakCompareExchange(
        expected: seen, desired: seen + 1, ordering: .relaxed)
      if exchanged { return true }
      seen = original
    }
    return false
  }

  /// Gives `count` back.
  func giveBack(_ count: Int) {
    let (before, _) = held.subtract(count, ordering: .relaxed)
    assert(before >= count, "more series given back than taken")
  }
}
