// SPDX-License-Identifier: Apache-2.0

/// Keeps every measurement, so that percentiles are exact. Units are the caller's.
struct PercentileRecorder: Sendable {
  private var values: [Double] = []

  /// Adds a measurement. O(1).
  mutating func record(_ value: Double) { values.append(value) }

  /// Adds another recorder's measurements.
  mutating func merge(_ other: PercentileRecorder) { values += other.values }

  /// Measurements so far.
  var count: Int { values.count }

  /// The values at these percentiles (0 to 100) by nearest rank: the least one that so many per
  /// cent of all are not above. Empty without measurements. O(n log n).
  func percentiles(_ ranks: [Double]) -> [Double] {
    guard !values.isEmpty else { return [] }
    let sorted = values.sorted()
    return ranks.map { rank in
      let position = Int((rank / 100 * Double(sorted.count)).rounded(.up))
      return sorted[max(1, min(sorted.count, position)) - 1]
    }
  }
}
