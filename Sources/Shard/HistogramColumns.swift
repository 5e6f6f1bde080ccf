// SPDX-License-Identifier: Apache-2.0

/// Histograms of many rows, their counts in one array: a row costs no allocation, an empty one
/// 41 B.
///
/// Behaves like an array of ``Histogram``. The counts of one sign of a row have 1, 2, 4 or 8 bytes
/// each, as its largest needs: what a report takes is mostly counts, and most of them are small.
/// A row that outgrows its place gets one at the end, at least twice as large, so that less than
/// half of the array is abandoned.
public struct HistogramColumns: Sendable {
  /// The buckets of one sign of one row: where their counts lie.
  public struct Run: Sendable {
    /// The bucket that the first count is of.
    public internal(set) var start: Int32 = 0
    /// At most ``HistogramScale/bucketsMax``. Neither the first nor the last holds nothing.
    var length: UInt8 = 0
    /// A count has 1 << width bytes.
    var width: UInt8 = 0
    /// Bytes that the counts have there.
    var room: UInt16 = 0
    /// A multiple of ``HistogramColumns/alignment`` unless counts are single bytes.
    var offset = 0

    /// There are none.
    public var isEmpty: Bool { length == 0 }
    /// How many.
    public var count: Int { Int(length) }
    /// The last bucket.
    var last: Int32 { start + Int32(length) - 1 }
    /// What its counts take.
    var byteCount: Int { count << Int(width) }
    /// Where they lie.
    var range: Range<Int> { offset..<offset + byteCount }
  }

  /// Counts of any width are read as such.
  static let alignment = 8

  var scales: [Int8] = []
  /// Values of each row that are 0 or -0.
  public internal(set) var zeros: [Int64] = []
  /// Positive values of each row.
  public internal(set) var positives: [Run] = []
  /// Negative values of each row, by their magnitude.
  public internal(set) var negatives: [Run] = []
  /// The counts, those of a run one behind the other.
  var bytes: [UInt8] = []

  /// No rows.
  public init() {}

  /// So many rows without values.
  public init(emptyRows rows: Int) { append(emptyRows: rows) }

  /// A row for each. O(their buckets).
  public init(_ histograms: [Histogram]) {
    for histogram in histograms { append(histogram) }
  }

  /// Rows.
  public var count: Int { scales.count }

  /// How fine a row's buckets are.
  public func scale(_ row: Int) -> Int { Int(scales[row]) }

  /// What the counts of all rows take.
  public var countBytes: Int { bytes.count }

  /// Makes room for more rows, and for their counts.
  public mutating func reserve(rows: Int, bytes: Int = 0) {
    scales.reserveCapacity(count + rows)
    zeros.reserveCapacity(count + rows)
    positives.reserveCapacity(count + rows)
    negatives.reserveCapacity(count + rows)
    self.bytes.reserveCapacity(self.bytes.count + bytes)
  }

  /// Adds rows without values. O(rows).
  public mutating func append(emptyRows rows: Int) {
    scales += repeatElement(Int8(HistogramScale.finest), count: rows)
    zeros += repeatElement(0, count: rows)
    positives += repeatElement(Run(), count: rows)
    negatives += repeatElement(Run(), count: rows)
  }

  /// Adds a row. O(buckets).
  public mutating func append(_ histogram: Histogram) {
    append(
      scale: histogram.scale, zeros: histogram.zeros, positiveStart: histogram.positive.start,
      positive: histogram.positive.counts[...], negativeStart: histogram.negative.start,
      negative: histogram.negative.counts[...])
  }

  /// Adds a row of counts as given. O(buckets).
  ///
  /// - Parameters:
  ///   - positive: in bucket `positiveStart` and in those that follow.
  ///   - negative: in bucket `negativeStart` and in those that follow.
  /// - Precondition: ``HistogramScale/has(_:_:scale:)`` holds for both signs, and no count is
  ///   negative.
  public mutating func append(
    scale: Int, zeros: Int64, positiveStart: Int32, positive: ArraySlice<Int64>,
    negativeStart: Int32, negative: ArraySlice<Int64>
  ) {
    precondition(
      HistogramScale.has(positiveStart, positive.count, scale: scale)
        && HistogramScale.has(negativeStart, negative.count, scale: scale), "no such buckets")
    scales.append(Int8(scale))
    self.zeros.append(zeros)
    positives.append(
      unsafe positive.withUnsafeBufferPointer { unsafe pack($0, start: positiveStart) })
    negatives.append(
      unsafe negative.withUnsafeBufferPointer { unsafe pack($0, start: negativeStart) })
  }

  /// Adds rows of another. O(their buckets).
  public mutating func append(rows: [UInt32], of other: HistogramColumns) {
    scales.append(contentsOf: rows.lazy.map { other.scales[Int($0)] })
    zeros.append(contentsOf: rows.lazy.map { other.zeros[Int($0)] })
    for row in rows {
      positives.append(copy(other.positives[Int(row)], of: other))
      negatives.append(copy(other.negatives[Int(row)], of: other))
    }
  }

  /// Adds all rows of another. O(bytes): copies of columns.
  public mutating func append(_ other: HistogramColumns) {
    align(width: 3)
    let base = bytes.count
    scales += other.scales
    zeros += other.zeros
    positives.append(contentsOf: other.positives.lazy.map { $0.moved(by: base) })
    negatives.append(contentsOf: other.negatives.lazy.map { $0.moved(by: base) })
    bytes += other.bytes
  }

  /// The histogram of a row. O(buckets).
  public subscript(row: Int) -> Histogram {
    var (positive, negative): ([Int64], [Int64]) = ([], [])
    appendCounts(of: positives[row], to: &positive)
    appendCounts(of: negatives[row], to: &negative)
    return Histogram(
      scale: Int(scales[row]), zeros: zeros[row],
      positive: Histogram.Buckets(start: positives[row].start, counts: positive),
      negative: Histogram.Buckets(start: negatives[row].start, counts: negative))
  }

  /// The next byte that is appended lies where counts so wide may.
  mutating func align(width: UInt8) {
    guard width > 0 else { return }
    while bytes.count % HistogramColumns.alignment > 0 { bytes.append(0) }
  }

  /// Appends a run of another's. O(buckets).
  mutating func copy(_ run: Run, of other: HistogramColumns) -> Run {
    guard !run.isEmpty else { return Run() }
    align(width: run.width)
    var copy = run
    copy.offset = bytes.count
    copy.room = UInt16(run.byteCount)
    bytes += other.bytes[run.range]
    return copy
  }
}

extension HistogramColumns.Run {
  fileprivate func moved(by base: Int) -> Self {
    var run = self
    run.offset += base
    return run
  }
}
