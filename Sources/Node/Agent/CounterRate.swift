// SPDX-License-Identifier: Apache-2.0

/// How far a counter of the kernel went between two readings.
enum CounterRate {
  /// The difference, or nil when the counter began anew (a device came back, a statistic was
  /// reset). A counter of 32 bits that was in its last quarter and is now in its first has wrapped
  /// and goes on.
  static func difference(_ old: UInt64, _ new: UInt64) -> UInt64? {
    if new >= old { return new - old }
    let range: UInt64 = 1 << 32
    guard old < range, old >= range / 4 * 3, new < range / 4 else { return nil }
    return range - old + new
  }

  /// The difference a second; nil when the counter began anew or no time passed.
  static func perSecond(_ old: UInt64?, _ new: UInt64?, seconds: Double) -> Double? {
    guard let old, let new, seconds > 0, let difference = difference(old, new) else { return nil }
    return Double(difference) / seconds
  }
}
