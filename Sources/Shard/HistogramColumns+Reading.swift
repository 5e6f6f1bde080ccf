// SPDX-License-Identifier: Apache-2.0

// Where a row's buckets lie: nothing is copied, nothing allocated.
extension HistogramColumns {
  /// A row has no value. O(1).
  public func isEmpty(_ row: Int) -> Bool {
    zeros[row] == 0 && positives[row].isEmpty && negatives[row].isEmpty
  }

  /// Values of a row. O(buckets).
  public func values(_ row: Int) -> Int64 {
    var sum = zeros[row]
    for count in buckets[positives[row].range] { sum = sum.addingSaturating(count) }
    for count in buckets[negatives[row].range] { sum = sum.addingSaturating(count) }
    return sum
  }

  /// By how much of itself a quantile of a row is at most off. O(1).
  public func relativeError(_ row: Int) -> Double {
    HistogramScale.relativeError(Int(scales[row]))
  }

  /// A quantile of a row, as ``Histogram/quantile(_:)``. O(buckets).
  ///
  /// - Parameter values: ``values(_:)`` of the row.
  /// - Precondition: `q` is within 0...1.
  public func quantile(_ q: Double, row: Int, values: Int64) -> Double {
    var left = HistogramRank(q, of: values)
    let (positive, negative) = (positives[row], negatives[row])
    if let index = left.descend(buckets[negative.range].reversed()) {
      return -HistogramScale.middle(negative.last - Int32(index), scale: Int(scales[row]))
    }
    if left.descend(CollectionOfOne(zeros[row])) != nil { return 0 }
    guard let index = left.descend(buckets[positive.range]) else { return 0 }
    return HistogramScale.middle(positive.start + Int32(index), scale: Int(scales[row]))
  }
}
