// SPDX-License-Identifier: Apache-2.0

/// Statistics of one series over a window.
@frozen
public struct SeriesSummary: Sendable, Hashable {
  /// Finite values.
  public var count: Int64
  /// Their sum; infinite when it exceeds the largest double.
  public var sum: Double
  /// The least; +infinity when there is none.
  public var min: Double
  /// The greatest; -infinity when there is none.
  public var max: Double
  /// Values that were +infinity; in none of the above.
  public var positiveInfinities: Int64
  /// Values that were -infinity; in none of the above.
  public var negativeInfinities: Int64

  /// Statistics as given; without arguments, those of no value.
  @inlinable
  public init(
    count: Int64 = 0, sum: Double = 0, min: Double = .infinity, max: Double = -.infinity,
    positiveInfinities: Int64 = 0, negativeInfinities: Int64 = 0
  ) {
    self.count = count
    self.sum = sum
    self.min = min
    self.max = max
    self.positiveInfinities = positiveInfinities
    self.negativeInfinities = negativeInfinities
  }

  /// No value at all.
  @inlinable
  public var isEmpty: Bool { count == 0 && positiveInfinities == 0 && negativeInfinities == 0 }

  /// `sum / count`; 0 when there are no finite values.
  @inlinable
  public var average: Double { count == 0 ? 0 : sum / Double(count) }
}
