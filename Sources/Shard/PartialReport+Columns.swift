// SPDX-License-Identifier: Apache-2.0

extension PartialReport {
  /// A report made of whole columns, row `i` of each belonging together. O(1).
  ///
  /// - Precondition: the columns have the same length, and `nameEnds` rises to the end of
  ///   `nameBytes`.
  public init(
    nameBytes: [UInt8], nameEnds: [Int], hashes: [UInt64], counts: [Int64], sums: [Double],
    minima: [Double], maxima: [Double], positiveInfinities: [Int64], negativeInfinities: [Int64]
  ) {
    let rows = hashes.count
    precondition(nameEnds.count == rows && nameEnds.last ?? 0 == nameBytes.count, "names differ")
    precondition(
      counts.count == rows && sums.count == rows && minima.count == rows && maxima.count == rows
        && positiveInfinities.count == rows && negativeInfinities.count == rows,
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
  }

  /// Adds a run of rows of another report. The caller knows that the series have none yet.
  /// O(bytes): copies of columns.
  public mutating func append(rows: Range<Int>, of other: PartialReport) {
    guard let last = rows.last else { return }
    let names = other.nameRange(rows.lowerBound).lowerBound..<other.nameEnds[last]
    let shift = nameBytes.count - names.lowerBound
    nameBytes += other.nameBytes[names]
    nameEnds.append(contentsOf: other.nameEnds[rows].lazy.map { $0 + shift })
    hashes += other.hashes[rows]
    counts += other.counts[rows]
    sums += other.sums[rows]
    minima += other.minima[rows]
    maxima += other.maxima[rows]
    positiveInfinities += other.positiveInfinities[rows]
    negativeInfinities += other.negativeInfinities[rows]
  }

  /// These rows alone, in this order. O(their bytes).
  public func selecting(_ rows: [Int]) -> PartialReport {
    var selected = PartialReport()
    selected.reserve(rows: rows.count, nameBytes: rows.reduce(0) { $0 + nameRange($1).count })
    for row in rows { selected.append(row: row, of: self) }
    return selected
  }
}
