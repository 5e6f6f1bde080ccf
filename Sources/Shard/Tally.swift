// SPDX-License-Identifier: Apache-2.0

/// Statistics of many slices: a commutative monoid whose sum carries its rounding error.
struct Tally {
  private(set) var count: Int64 = 0
  private var sum: Double = 0
  private var compensation: Double = 0
  private(set) var min: Double = .infinity
  private(set) var max: Double = -.infinity

  /// The sum, rounded once. A sum beyond the largest double is infinite.
  var total: Double { sum.isFinite ? sum + compensation : sum }

  @inline(__always)
  mutating func add(_ slice: Slice) {
    count += slice.count
    compensation += addCompensated(slice.sum, to: &sum)
    if slice.min < min { min = slice.min }
    if slice.max > max { max = slice.max }
  }

  @inline(__always)
  mutating func add(_ other: Tally) {
    count += other.count
    compensation += addCompensated(other.sum, to: &sum)
    compensation += other.compensation
    if other.min < min { min = other.min }
    if other.max > max { max = other.max }
  }

  /// Adds a rounding error that belongs to a slice already added.
  mutating func add(compensation error: Double) {
    compensation += error
  }
}
