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

  /// Adds histograms of rows that are about to be appended.
  mutating func appendHistograms(_ theirs: HistogramColumns?, rows: Int) {
    guard let theirs else { return histograms?.append(emptyRows: rows) ?? () }
    keepHistograms()
    histograms?.append(theirs)
  }
}
