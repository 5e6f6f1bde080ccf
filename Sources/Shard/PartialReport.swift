// SPDX-License-Identifier: Apache-2.0

/// What one shard, or several merged, say of their series: columns, in no order of names.
///
/// Row `i` of all columns belongs to one series. A series whose window is empty has no row.
public struct PartialReport: Sendable {
  /// The names, one behind the other.
  public internal(set) var nameBytes: [UInt8] = []
  /// Where each name ends in `nameBytes`; the next begins there.
  public internal(set) var nameEnds: [Int] = []
  /// The names' hashes, as the points brought them.
  public internal(set) var hashes: [UInt64] = []
  /// Finite values.
  public internal(set) var counts: [Int64] = []
  /// Their sums.
  public internal(set) var sums: [Double] = []
  /// Their minima; +infinity when there are none.
  public internal(set) var minima: [Double] = []
  /// Their maxima; -infinity when there are none.
  public internal(set) var maxima: [Double] = []
  /// Values that were +infinity; in none of the above.
  public internal(set) var positiveInfinities: [Int64] = []
  /// Values that were -infinity; in none of the above.
  public internal(set) var negativeInfinities: [Int64] = []
  /// Squares of the distances of the finite values from their mean, added up.
  public internal(set) var squares: [Double] = []
  /// The latest values.
  public internal(set) var last: [Double] = []
  /// Times of the latest values; ``SeriesSummary/neverSeen`` when not known.
  public internal(set) var lastSeen: [Int64] = []
  /// Times of the earliest values; `Int64.max` when not known.
  public internal(set) var firstSeen: [Int64] = []
  /// Numbers of metric kinds.
  public internal(set) var kinds: [UInt8] = []
  /// How the finite values are distributed, as far as that is kept; nil: nobody asked for it.
  public internal(set) var histograms: HistogramColumns?

  /// An empty report.
  public init() {}

  /// Series in the report.
  public var count: Int { hashes.count }

  /// Where the name of row `row` lies in ``nameBytes``.
  @inlinable
  public func nameRange(_ row: Int) -> Range<Int> {
    (row == 0 ? 0 : nameEnds[row - 1])..<nameEnds[row]
  }

  /// The name of row `row`. Allocates; for people and tests.
  public func name(_ row: Int) -> String {
    String(decoding: nameBytes[nameRange(row)], as: UTF8.self)
  }

  /// Makes room for `rows` more series, their names and the counts of their histograms.
  public mutating func reserve(rows: Int, nameBytes bytes: Int, histogramBytes: Int = 0) {
    nameBytes.reserveCapacity(nameBytes.count + bytes)
    nameEnds.reserveCapacity(count + rows)
    hashes.reserveCapacity(count + rows)
    counts.reserveCapacity(count + rows)
    sums.reserveCapacity(count + rows)
    minima.reserveCapacity(count + rows)
    maxima.reserveCapacity(count + rows)
    positiveInfinities.reserveCapacity(count + rows)
    negativeInfinities.reserveCapacity(count + rows)
    squares.reserveCapacity(count + rows)
    last.reserveCapacity(count + rows)
    lastSeen.reserveCapacity(count + rows)
    firstSeen.reserveCapacity(count + rows)
    kinds.reserveCapacity(count + rows)
    histograms?.reserve(rows: rows, bytes: histogramBytes)
  }

  /// Adds a row. The caller knows that the series has none yet. When there are histograms it gets
  /// one without values.
  public mutating func append(name: some Collection<UInt8>, hash: UInt64, _ row: SeriesSummary) {
    appendWithoutHistogram(name: name, hash: hash, row)
    histograms?.append(emptyRows: 1)
  }

  /// Adds a row whose histogram, if there are any, the caller appends.
  mutating func appendWithoutHistogram(
    name: some Collection<UInt8>, hash: UInt64, _ row: SeriesSummary
  ) {
    nameBytes.append(contentsOf: name)
    nameEnds.append(nameBytes.count)
    hashes.append(hash)
    counts.append(row.count)
    sums.append(row.sum)
    minima.append(row.min)
    maxima.append(row.max)
    positiveInfinities.append(row.positiveInfinities)
    negativeInfinities.append(row.negativeInfinities)
    squares.append(row.squares)
    last.append(row.last)
    lastSeen.append(row.lastSeen)
    firstSeen.append(row.firstSeen)
    kinds.append(row.kind)
  }

  /// Adds all rows of a report that shares no series with this one. O(bytes): copies of columns.
  public mutating func append(disjoint other: PartialReport) {
    appendHistograms(other.histograms, rows: other.count)
    let base = nameBytes.count
    nameBytes += other.nameBytes
    nameEnds.append(contentsOf: other.nameEnds.lazy.map { base + $0 })
    hashes += other.hashes
    counts += other.counts
    sums += other.sums
    minima += other.minima
    maxima += other.maxima
    positiveInfinities += other.positiveInfinities
    negativeInfinities += other.negativeInfinities
    squares += other.squares
    last += other.last
    lastSeen += other.lastSeen
    firstSeen += other.firstSeen
    kinds += other.kinds
  }

  /// The statistics of a row, together.
  public subscript(row: Int) -> SeriesSummary {
    @inlinable
    get {
      SeriesSummary(
        count: counts[row], sum: sums[row], min: minima[row], max: maxima[row],
        positiveInfinities: positiveInfinities[row], negativeInfinities: negativeInfinities[row],
        squares: squares[row], last: last[row], lastSeen: lastSeen[row],
        firstSeen: firstSeen[row], kind: kinds[row])
    }
    set {
      counts[row] = newValue.count
      sums[row] = newValue.sum
      minima[row] = newValue.min
      maxima[row] = newValue.max
      positiveInfinities[row] = newValue.positiveInfinities
      negativeInfinities[row] = newValue.negativeInfinities
      squares[row] = newValue.squares
      last[row] = newValue.last
      lastSeen[row] = newValue.lastSeen
      firstSeen[row] = newValue.firstSeen
      kinds[row] = newValue.kind
    }
  }
}

extension PartialReport {
  /// Adds a row of another report. The caller knows that the series has none yet. O(name).
  public mutating func append(row: Int, of other: PartialReport) {
    append(rows: [UInt32(row)], of: other)
  }
}
