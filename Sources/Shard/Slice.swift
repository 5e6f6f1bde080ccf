// SPDX-License-Identifier: Apache-2.0

/// Statistics of one series over one slice of time, in 40 B.
///
/// `sum` alone is rounded at each addition; the error of the slice being written is kept beside it
/// in the series' header and folded in when another slice is opened.
struct Slice {
  private static let lapBits: UInt64 = 24
  private static let lapMask: UInt64 = (1 << lapBits) - 1
  /// Most points of a slice: what 40 bits count.
  static let countMax = ShardLimits.slicePointsMax

  /// Points in the upper 40 bits, the lap's lowest 24 below. A lap repeats after 2^24 rings; a
  /// series that idle has long been given back.
  private var stamp: UInt64
  private(set) var sum: Double
  private(set) var min: Double
  private(set) var max: Double
  /// The squares of the values' distances from their mean, added up.
  private(set) var squares: Double

  init(lap: UInt64) {
    stamp = lap & Slice.lapMask
    sum = 0
    min = .infinity
    max = -.infinity
    squares = 0
  }

  var count: Int64 { Int64(stamp >> Slice.lapBits) }

  /// Holds points of this lap; otherwise what it holds, if anything, has expired.
  @inline(__always)
  func holds(lap: UInt64) -> Bool {
    stamp > Slice.lapMask && stamp & Slice.lapMask == lap & Slice.lapMask
  }

  /// The same statistics on another lap.
  func moved(toLap lap: UInt64) -> Slice {
    var slice = self
    slice.stamp = stamp & ~Slice.lapMask | lap & Slice.lapMask
    return slice
  }

  /// Adds a finite value; what the sum loses by rounding is added to `compensation`.
  @inline(__always)
  mutating func add(_ value: Double, compensation: inout Double) {
    stamp &+= 1 << Slice.lapBits
    compensation += CompensatedSum.add(value, to: &sum)
    if value < min { min = value }
    if value > max { max = value }
    squares = Squares.adding(value, count: count, total: sum + compensation, to: squares)
  }

  /// Adds finite values in their order, as so many single additions would.
  mutating func add(_ values: UnsafeBufferPointer<Double>, compensation: inout Double) {
    var slice = self
    var lost = compensation
    // Not a check for each value: once infinite, or no number any more, they stay so.
    var squares = slice.squares
    for index in values.indices {
      let value = unsafe values[index]
      slice.stamp &+= 1 << Slice.lapBits
      lost += CompensatedSum.add(value, to: &slice.sum)
      if value < slice.min { slice.min = value }
      if value > slice.max { slice.max = value }
      squares += Squares.term(value, count: slice.count, total: slice.sum + lost)
    }
    slice.squares = Squares.settled(squares)
    self = slice
    compensation = lost
  }

  /// Adds the finite values of another slice; what the sum loses by rounding is added to
  /// `compensation`.
  ///
  /// - Precondition: together they have at most ``countMax``.
  mutating func add(_ other: SeriesSummary, compensation: inout Double) {
    precondition(other.count >= 0 && count + other.count <= Slice.countMax, "slice overflows")
    squares = Squares.merging(
      (count, sum + compensation, squares), (other.count, other.sum, other.squares))
    stamp &+= UInt64(other.count) << Slice.lapBits
    compensation += CompensatedSum.add(other.sum, to: &sum)
    min = Swift.min(min, other.min)
    max = Swift.max(max, other.max)
  }

  /// The statistics of its finite values.
  var summary: SeriesSummary {
    SeriesSummary(count: count, sum: sum, min: min, max: max, squares: min == max ? 0 : squares)
  }

  /// Takes the collected rounding errors into the sum.
  mutating func fold(_ compensation: Double) {
    if sum.isFinite { sum += compensation }
  }

  /// Forgets all.
  mutating func clear() {
    stamp = 0
  }
}
