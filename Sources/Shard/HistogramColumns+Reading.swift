// SPDX-License-Identifier: Apache-2.0

// Where a row's buckets lie: nothing is copied, nothing allocated.
extension HistogramColumns {
  /// A row has no value. O(1).
  public func isEmpty(_ row: Int) -> Bool {
    zeros[row] == 0 && positives[row].isEmpty && negatives[row].isEmpty
  }

  /// Values of a row. O(buckets).
  public func values(_ row: Int) -> Int64 {
    var sum = CountsSum(sum: zeros[row])
    visit(positives[row], &sum)
    visit(negatives[row], &sum)
    return sum.sum
  }

  /// By how much of itself a quantile of a row is at most off. O(1).
  public func relativeError(_ row: Int) -> Double {
    HistogramScale.relativeError(Int(scales[row]))
  }

  /// A quantile of a row, as ``Histogram/quantile(_:)``. O(buckets).
  ///
  /// - Precondition: `q` is within 0...1.
  public func quantile(_ q: Double, row: Int) -> Double {
    var cursor = HistogramCursor(row, of: self)
    return cursor.quantile(q, of: self)
  }

  /// Appends several quantiles of a row, each as ``quantile(_:row:)``, but none outside of the
  /// values' extremes. O(buckets), when they are in order.
  ///
  /// - Returns: false, and nothing is appended: the row has no value.
  /// - Precondition: all are within 0...1.
  public func appendQuantiles(
    _ quantiles: [Double], row: Int, least: Double, greatest: Double, to values: inout [Double]
  ) -> Bool {
    guard !isEmpty(row) else { return false }
    var cursor = HistogramCursor(row, of: self)
    for q in quantiles {
      let value = q == 0 ? least : q == 1 ? greatest : cursor.quantile(q, of: self)
      values.append(min(max(value, least), greatest))
    }
    return true
  }
}

/// Goes through the buckets of a row in order of their values: of several quantiles each goes on
/// where the one before was found, unless it lies before that. The columns are not kept, which
/// would count references for each row.
struct HistogramCursor {
  private enum Place {
    case negative, zeros, positive
  }

  private let row: Int
  private let values: Int64
  private var place = Place.negative
  /// Counts of the place that have been passed.
  private var index = 0
  /// Values in all that has been passed.
  private var passed: Int64 = 0

  init(_ row: Int, of columns: HistogramColumns) {
    self.row = row
    values = columns.values(row)
  }

  /// A quantile, as ``Histogram/quantile(_:)``.
  mutating func quantile(_ q: Double, of columns: HistogramColumns) -> Double {
    let rank = HistogramRank.rank(q, of: values)
    if rank <= passed { (place, index, passed) = (.negative, 0, 0) }
    let (negative, positive) = (columns.negatives[row], columns.positives[row])
    if place == .negative {
      if descend(to: rank, negative, of: columns, isNegative: true) {
        return -HistogramScale.middle(negative.last - Int32(index), scale: columns.scale(row))
      }
      (place, index) = (.zeros, 0)
    }
    if place == .zeros {
      let zeros = columns.zeros[row]
      if rank - passed <= zeros { return 0 }
      passed += zeros
      place = .positive
    }
    guard descend(to: rank, positive, of: columns, isNegative: false) else { return 0 }
    return HistogramScale.middle(positive.start + Int32(index), scale: columns.scale(row))
  }

  /// Passes counts up to the one that holds the value; false: it lies behind them all.
  private mutating func descend(
    to rank: Int64, _ run: HistogramColumns.Run, of columns: HistogramColumns, isNegative: Bool
  ) -> Bool {
    guard index < run.count else { return false }
    var descent = Descent(left: rank - passed, index: index, isNegative: isNegative)
    columns.visit(run, &descent)
    passed = rank - descent.left
    index = descent.index
    return index < run.count
  }
}

private struct CountsSum: HistogramCountsVisitor {
  var sum: Int64

  mutating func visit<Count: HistogramCount>(_ counts: UnsafeBufferPointer<Count>) {
    if Count.bitWidth < 64 {
      // At most 160 of 32 bits each.
      var own: Int64 = 0
      for index in 0..<counts.count { unsafe own &+= Int64(truncatingIfNeeded: counts[index]) }
      sum = sum.addingSaturating(own)
    } else {
      for index in 0..<counts.count {
        unsafe sum = sum.addingSaturating(Int64(clamping: counts[index]))
      }
    }
  }
}

/// Passes counts by, of negative values from the last to the first.
private struct Descent: HistogramCountsVisitor {
  /// Values up to the one that is looked for.
  var left: Int64
  var index: Int
  let isNegative: Bool

  mutating func visit<Count: HistogramCount>(_ counts: UnsafeBufferPointer<Count>) {
    let last = counts.count - 1
    var (left, index) = (left, index)
    while index <= last {
      let count = unsafe Int64(clamping: counts[isNegative ? last - index : index])
      if left <= count { break }
      left -= count
      index += 1
    }
    (self.left, self.index) = (left, index)
  }
}
