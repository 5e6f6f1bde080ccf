// SPDX-License-Identifier: Apache-2.0

extension PartialReport {
  /// A report made of whole columns, row `i` of each belonging together. O(1).
  ///
  /// - Precondition: the columns have the same length, and `nameEnds` rises to the end of
  ///   `nameBytes`.
  public init(
    nameBytes: [UInt8], nameEnds: [Int], hashes: [UInt64], counts: [Int64], sums: [Double],
    minima: [Double], maxima: [Double], positiveInfinities: [Int64], negativeInfinities: [Int64],
    squares: [Double], last: [Double], lastSeen: [Int64], firstSeen: [Int64], kinds: [UInt8],
    histograms: HistogramColumns? = nil
  ) {
    let rows = hashes.count
    precondition(nameEnds.count == rows && nameEnds.last ?? 0 == nameBytes.count, "names differ")
    precondition(
      counts.count == rows && sums.count == rows && minima.count == rows && maxima.count == rows
        && positiveInfinities.count == rows && negativeInfinities.count == rows
        && squares.count == rows && last.count == rows && lastSeen.count == rows
        && firstSeen.count == rows && kinds.count == rows
        && histograms?.count ?? rows == rows,
      "columns have different lengths")
    self.init()
    self.nameBytes = nameBytes
    self.nameEnds = nameEnds
    self.hashes = hashes
    self.counts = counts
    self.sums = sums
    self.minima = minima
    self.maxima = maxima
    self.positiveInfinities = positiveInfinities
    self.negativeInfinities = negativeInfinities
    self.squares = squares
    self.last = last
    self.lastSeen = lastSeen
    self.firstSeen = firstSeen
    self.kinds = kinds
    self.histograms = histograms
  }

  /// These rows alone, in this order. O(their bytes).
  public func selecting(_ rows: [Int]) -> PartialReport {
    var selected = PartialReport()
    selected.append(rows: rows.map(UInt32.init), of: self)
    return selected
  }
}
