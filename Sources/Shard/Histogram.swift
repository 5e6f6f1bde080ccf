// SPDX-License-Identifier: Apache-2.0

/// How finite values are distributed: an exponential histogram, as ``HistogramScale`` describes it.
///
/// Equal collections of values make equal histograms, in whatever order they came and however they
/// were divided and merged: merging is commutative and associative. Counts beyond 2^63 - 1 stay
/// there.
public struct Histogram: Sendable, Hashable {
  /// How fine the buckets are: the finest scale at which neither sign has too many.
  public private(set) var scale = HistogramScale.finest
  /// Values that are 0 or -0.
  public private(set) var zeros: Int64 = 0
  /// Positive values.
  public private(set) var positive = Buckets()
  /// Negative values, by their magnitude.
  public private(set) var negative = Buckets()

  /// No value.
  public init() {}

  /// A histogram of these buckets, made as coarse as it must be.
  ///
  /// - Precondition: the scale exists, and has the buckets.
  public init(scale: Int, zeros: Int64, positive: Buckets, negative: Buckets) {
    precondition(zeros >= 0, "negative count")
    for buckets in [positive, negative] {
      precondition(buckets.fits(scale), "the scale has no such buckets")
    }
    self.scale = scale
    self.zeros = zeros
    self.positive = positive
    self.negative = negative
    if positive.isEmpty && negative.isEmpty { self.scale = HistogramScale.finest }
    coarsen(by: max(positive.stepsNeeded(with: Buckets()), negative.stepsNeeded(with: Buckets())))
  }

  /// No value is in it.
  public var isEmpty: Bool { zeros == 0 && positive.isEmpty && negative.isEmpty }

  /// Values in it. O(buckets).
  public var count: Int64 {
    (positive.counts + negative.counts).reduce(zeros) { $0.addingSaturating($1) }
  }

  /// Adds a value. O(buckets).
  ///
  /// - Precondition: it is finite.
  public mutating func add(_ value: Double) {
    var one = Histogram()
    if value == 0 {
      one.zeros = 1
    } else {
      let bucket = Buckets(start: HistogramScale.index(of: value.magnitude), counts: [1])
      if value > 0 { one.positive = bucket } else { one.negative = bucket }
    }
    merge(one)
  }

  /// Adds the values of another. O(buckets).
  public mutating func merge(_ other: Histogram) {
    var other = other
    let common = min(scale, other.scale)
    coarsen(by: scale - common)
    other.coarsen(by: other.scale - common)
    let steps = max(
      positive.stepsNeeded(with: other.positive), negative.stepsNeeded(with: other.negative))
    coarsen(by: steps)
    other.coarsen(by: steps)
    zeros = zeros.addingSaturating(other.zeros)
    positive.add(other.positive)
    negative.add(other.negative)
  }

  /// The value of nearest rank: of the n values in order the one numbered ceil(q x n), 1 for q = 0;
  /// off by at most ``relativeError`` of itself. O(buckets). 0 when there is no value.
  ///
  /// - Precondition: `q` is within 0...1.
  public func quantile(_ q: Double) -> Double {
    var left = HistogramRank(q, of: count)
    if let index = left.descend(negative.counts.reversed()) {
      let last = negative.start + Int32(negative.counts.count - 1)
      return -HistogramScale.middle(last - Int32(index), scale: scale)
    }
    if left.descend([zeros]) != nil { return 0 }
    guard let index = left.descend(positive.counts) else { return 0 }
    return HistogramScale.middle(positive.start + Int32(index), scale: scale)
  }

  /// By how much of itself a quantile is at most off.
  public var relativeError: Double { HistogramScale.relativeError(scale) }

  private mutating func coarsen(by steps: Int) {
    scale -= steps
    positive.coarsen(by: steps)
    negative.coarsen(by: steps)
  }
}

/// How many values still lie before the one that is looked for.
struct HistogramRank {
  private var left: Int64

  init(_ q: Double, of count: Int64) { left = HistogramRank.rank(q, of: count) }

  /// Nearest rank: the ceil(q x n)th of n, the first for q = 0.
  ///
  /// - Precondition: `q` is within 0...1.
  static func rank(_ q: Double, of count: Int64) -> Int64 {
    precondition((0...1).contains(q), "no quantile")
    let rank = Int64(exactly: (q * Double(count)).rounded(.up)) ?? .max
    return max(1, min(count, rank))
  }

  /// Passes these counts by up to the one that holds the value; nil: it lies behind them.
  mutating func descend(_ counts: some Sequence<Int64>) -> Int? {
    var index = 0
    for count in counts {
      if left <= count { return index }
      left -= count
      index += 1
    }
    return nil
  }
}

extension Int64 {
  /// The sum, or the greatest number. For counts, none of which is negative.
  @inlinable
  func addingSaturating(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
