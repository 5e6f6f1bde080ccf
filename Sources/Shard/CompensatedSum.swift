// SPDX-License-Identifier: Apache-2.0

/// A sum that carries what rounding has taken from it, so that the order of additions and large
/// terms that cancel do not matter: 1e16 + 1 - 1e16 is 1.
///
/// Knuth's TwoSum, which is Neumaier's summation without its branch. Error: one rounding at the
/// end, plus terms of the order of n^2 x 2^-106 x the sum of absolute values.
@frozen
public struct CompensatedSum: Sendable, Hashable {
  /// The rounded sum.
  public var sum: Double
  /// What it lacks.
  public var compensation: Double

  /// A sum of nothing, or of `sum` and `compensation`.
  @inlinable
  public init(_ sum: Double = 0, compensation: Double = 0) {
    self.sum = sum
    self.compensation = compensation
  }

  /// The sum, rounded once. A sum beyond the largest double is infinite.
  @inlinable
  public var total: Double { sum.isFinite ? sum + compensation : sum }

  /// Adds a term. O(1).
  @inlinable
  @inline(__always)
  public mutating func add(_ value: Double) {
    compensation += CompensatedSum.add(value, to: &sum)
  }

  /// Adds the terms of another sum. O(1).
  @inlinable
  @inline(__always)
  public mutating func add(_ other: CompensatedSum) {
    add(other.sum)
    compensation += other.compensation
  }

  /// Adds `value` to `sum` and answers what rounding lost, exactly.
  @inlinable
  @inline(__always)
  static func add(_ value: Double, to sum: inout Double) -> Double {
    let before = sum
    sum = before + value
    let part = sum - before
    return (before - (sum - part)) + (value - part)
  }
}
