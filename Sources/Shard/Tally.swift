// SPDX-License-Identifier: Apache-2.0

/// Statistics of many slices: a commutative monoid.
struct Tally {
  private(set) var count: Int64 = 0
  private(set) var sum = CompensatedSum()
  private(set) var min: Double = .infinity
  private(set) var max: Double = -.infinity
  private var collectedSquares: Double = 0

  /// The squares of the values' distances from their mean, added up. Of equal values, whose mean
  /// may have been rounded, exactly 0.
  var squares: Double { min == max ? 0 : collectedSquares }

  @inline(__always)
  mutating func add(_ slice: Slice) {
    collectedSquares = Squares.merging(
      (count, sum.total, collectedSquares), (slice.count, slice.sum, slice.squares))
    count += slice.count
    sum.add(slice.sum)
    if slice.min < min { min = slice.min }
    if slice.max > max { max = slice.max }
  }

  @inline(__always)
  mutating func add(_ other: Tally) {
    collectedSquares = Squares.merging(
      (count, sum.total, collectedSquares),
      (other.count, other.sum.total, other.collectedSquares))
    count += other.count
    sum.add(other.sum)
    if other.min < min { min = other.min }
    if other.max > max { max = other.max }
  }

  /// Adds a rounding error that belongs to a slice already added.
  mutating func add(compensation error: Double) {
    sum.compensation += error
  }
}
