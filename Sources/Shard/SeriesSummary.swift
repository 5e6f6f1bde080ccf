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
  /// The squares of the finite values' distances from their mean, added up; infinite when that
  /// exceeds the largest double.
  public var squares: Double
  /// The value with the latest time; of several the one that came last. Says nothing without
  /// `lastSeen`.
  public var last: Double
  /// Time of the latest value, Unix seconds; ``neverSeen`` when it is not known.
  public var lastSeen: Int64
  /// Time of the earliest value since the series is held, Unix seconds; `Int64.max` when it is not
  /// known.
  public var firstSeen: Int64
  /// The greatest number of a metric kind that the values came with.
  public var kind: UInt8

  /// A `lastSeen` that no value has.
  public static let neverSeen = Int64.min

  /// Statistics as given; without arguments, those of no value.
  @inlinable
  public init(
    count: Int64 = 0, sum: Double = 0, min: Double = .infinity, max: Double = -.infinity,
    positiveInfinities: Int64 = 0, negativeInfinities: Int64 = 0, squares: Double = 0,
    last: Double = 0, lastSeen: Int64 = .min, firstSeen: Int64 = .max, kind: UInt8 = 0
  ) {
    self.count = count
    self.sum = sum
    self.min = min
    self.max = max
    self.positiveInfinities = positiveInfinities
    self.negativeInfinities = negativeInfinities
    self.squares = squares
    self.last = last
    self.lastSeen = lastSeen
    self.firstSeen = firstSeen
    self.kind = kind
  }

  /// No value at all.
  @inlinable
  public var isEmpty: Bool { count == 0 && positiveInfinities == 0 && negativeInfinities == 0 }

  /// `sum / count`; 0 when there are no finite values.
  @inlinable
  public var average: Double { count == 0 ? 0 : sum / Double(count) }

  /// The mean square of the finite values' distances from their mean; 0 when there are none, and
  /// exactly 0 when all are equal, however they were added up.
  @inlinable
  public var variance: Double { count == 0 || min == max ? 0 : squares / Double(count) }

  /// Adds the values of another. O(1). Sums are rounded.
  public mutating func add(_ other: SeriesSummary) {
    if isEmpty {
      (last, lastSeen) = (other.last, other.lastSeen)
    } else if !other.isEmpty {
      (last, lastSeen) = SeriesSummary.latest((last, lastSeen), (other.last, other.lastSeen))
    }
    squares = SeriesSummary.squares(
      (count, sum, squares), (other.count, other.sum, other.squares))
    count = count.addingSaturating(other.count)
    sum += other.sum
    min = Swift.min(min, other.min)
    max = Swift.max(max, other.max)
    positiveInfinities = positiveInfinities.addingSaturating(other.positiveInfinities)
    negativeInfinities = negativeInfinities.addingSaturating(other.negativeInfinities)
    firstSeen = Swift.min(firstSeen, other.firstSeen)
    kind = Swift.max(kind, other.kind)
  }

  /// The latest value of two collections of values together: of two with one time the greater. It
  /// is not known when that of either is not. Commutative and associative.
  @inlinable
  @inline(__always)
  static func latest(
    _ left: (value: Double, seen: Int64), _ right: (value: Double, seen: Int64)
  ) -> (value: Double, seen: Int64) {
    if left.seen == neverSeen || right.seen == neverSeen { return (0, neverSeen) }
    return (right.seen, right.value) > (left.seen, left.value) ? right : left
  }

  /// The squares of two collections of values together (Chan, Golub, LeVeque: "Updating Formulae
  /// and a Pairwise Algorithm for Computing Sample Variances", 1979). No term is negative, so
  /// nothing cancels. O(1), commutative.
  @inlinable
  @inline(__always)
  public static func squares(
    _ left: (count: Int64, sum: Double, squares: Double),
    _ right: (count: Int64, sum: Double, squares: Double)
  ) -> Double {
    if left.count == 0 { return right.squares }
    if right.count == 0 { return left.squares }
    let (leftCount, rightCount) = (Double(left.count), Double(right.count))
    let distance = left.sum / leftCount - right.sum / rightCount
    let weight = leftCount * rightCount / (leftCount + rightCount)
    let squares = left.squares + right.squares + distance * distance * weight
    // Sums that overflowed have no distance.
    return squares.isNaN ? .infinity : squares
  }
}
