// SPDX-License-Identifier: Apache-2.0

/// How the squares of values' distances from their mean add up without cancelling: no term is
/// negative. Squares beyond the largest double are infinite, and stay so.
enum Squares {
  /// Squares with one value more (Youngs, Cramer: "Some Results Relevant to Choice of Sum and
  /// Sum-of-Product Algorithms", 1971). One division, the only one that a point costs.
  ///
  /// - Parameters:
  ///   - count: values, the new one among them.
  ///   - total: their sum.
  @inline(__always)
  static func adding(_ value: Double, count: Int64, total: Double, to squares: Double) -> Double {
    settled(squares + term(value, count: count, total: total))
  }

  /// What a value adds; never negative.
  @inline(__always)
  static func term(_ value: Double, count: Int64, total: Double) -> Double {
    let count = Double(count)
    // So many times the distance from the mean; 0 for the first value.
    let distance = count * value - total
    // Divided before it is squared: only squares that are too large themselves overflow.
    return distance / (count * max(count - 1, 1)) * distance
  }

  /// Squares that were added up, without what two infinities leave: that is no number, and stays
  /// none whatever is added.
  @inline(__always)
  static func settled(_ squares: Double) -> Double { squares >= 0 ? squares : .infinity }

  /// The squares of two collections together: ``SeriesSummary/squares(_:_:)`` with one division
  /// where nothing overflows.
  @inline(__always)
  static func merging(
    _ left: (count: Int64, sum: Double, squares: Double),
    _ right: (count: Int64, sum: Double, squares: Double)
  ) -> Double {
    let (leftCount, rightCount) = (Double(left.count), Double(right.count))
    let distance = rightCount * left.sum - leftCount * right.sum
    let divisor = leftCount * rightCount * (leftCount + rightCount)
    let sum = left.squares + right.squares + distance / divisor * distance
    return sum < .infinity ? sum : SeriesSummary.squares(left, right)
  }
}
