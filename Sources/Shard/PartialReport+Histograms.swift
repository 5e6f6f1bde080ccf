// SPDX-License-Identifier: Apache-2.0

extension PartialReport {
  /// From now on there are histograms: rows that have none yet get one without values. O(rows).
  public mutating func keepHistograms() {
    if histograms == nil { histograms = HistogramColumns(emptyRows: count) }
  }

  /// Adds the histogram of a row. O(buckets).
  public mutating func add(_ histogram: Histogram, toRow row: Int) {
    var one = HistogramColumns()
    one.append(histogram)
    keepHistograms()
    histograms?.fold(0, of: one, into: row)
  }

  /// A quantile of a row, nearest rank; off by at most ``quantileError(row:)`` of itself, and not
  /// outside of the row's minimum and maximum. Nil: no histogram of it is kept. O(buckets).
  ///
  /// - Precondition: `q` is within 0...1.
  public func quantile(_ q: Double, row: Int) -> Double? {
    var one: [Double] = []
    guard counts[row] > 0 else { return nil }
    let isKept = histograms?.appendQuantiles(
      [q], row: row, least: minima[row], greatest: maxima[row], to: &one)
    return isKept == true ? one[0] : nil
  }

  /// By how much of itself a quantile of a row is at most off; nil: no histogram of it is kept.
  /// O(1).
  public func quantileError(row: Int) -> Double? {
    guard let histograms, !histograms.isEmpty(row) else { return nil }
    return histograms.relativeError(row)
  }

  /// Adds histograms of rows that are about to be appended.
  mutating func appendHistograms(_ theirs: HistogramColumns?, rows: Int) {
    guard let theirs else { return histograms?.append(emptyRows: rows) ?? () }
    keepHistograms()
    histograms?.append(theirs)
  }
}
