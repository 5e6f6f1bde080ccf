// SPDX-License-Identifier: Apache-2.0

/// How many partitions a node may own: its fair share, give or take
/// ``RouterLimits/shareTolerancePercent``, and at least the whole numbers around it.
///
/// The least of all nodes together are at most all partitions, and the most are at least those.
struct ShareBounds: Hashable {
  /// Partitions at least.
  var least: Int
  /// Partitions at most.
  var most: Int

  /// The bounds of each node. O(nodes).
  ///
  /// - Precondition: weights are within 1...``RouterLimits/weightMax``.
  static func of(weights: [Int]) -> [ShareBounds] {
    let total = weights.reduce(0, +)
    let tolerance = RouterLimits.shareTolerancePercent
    return weights.map { weight in
      precondition((1...RouterLimits.weightMax).contains(weight), "weight out of range")
      let share = RouterLimits.partitions * weight
      return ShareBounds(
        least: min(share / total, up(share * (100 - tolerance), total * 100)),
        most: max(up(share, total), share * (100 + tolerance) / (total * 100)))
    }
  }

  /// The quotient, rounded up.
  private static func up(_ dividend: Int, _ divisor: Int) -> Int {
    (dividend + divisor - 1) / divisor
  }
}
