// SPDX-License-Identifier: Apache-2.0

/// Histograms of many rows, their buckets in one array: a row costs no allocation, an empty one
/// 48 B.
///
/// Behaves like an array of ``Histogram``. A row that outgrows its place gets one at the end, at
/// least twice as large, so that less than half of the array is abandoned.
public struct HistogramColumns: Sendable {
  /// The buckets of one sign of one row: where they lie, and how many more have room there.
  public struct Run: Sendable {
    /// The bucket that the first count is of.
    public internal(set) var start: Int32 = 0
    var count: Int32 = 0
    var offset = 0
    var room: Int32 = 0

    /// There are none.
    public var isEmpty: Bool { count == 0 }
    /// The last bucket.
    var last: Int32 { start + count - 1 }
    /// Where the counts lie in ``HistogramColumns/buckets``.
    public var range: Range<Int> { offset..<offset + Int(count) }
  }

  var scales: [Int8] = []
  /// Values of each row that are 0 or -0.
  public internal(set) var zeros: [Int64] = []
  /// Positive values of each row.
  public internal(set) var positives: [Run] = []
  /// Negative values of each row, by their magnitude.
  public internal(set) var negatives: [Run] = []
  /// Values in each bucket, those of a run one behind the other.
  public internal(set) var buckets: [Int64] = []

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

  /// Makes room for more rows.
  public mutating func reserve(rows: Int, buckets: Int = 0) {
    scales.reserveCapacity(count + rows)
    zeros.reserveCapacity(count + rows)
    positives.reserveCapacity(count + rows)
    negatives.reserveCapacity(count + rows)
    self.buckets.reserveCapacity(self.buckets.count + buckets)
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
    scales.append(Int8(histogram.scale))
    zeros.append(histogram.zeros)
    positives.append(appendRun(histogram.positive.start, histogram.positive.counts[...]))
    negatives.append(appendRun(histogram.negative.start, histogram.negative.counts[...]))
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
    positives.append(appendRun(positiveStart, positive))
    negatives.append(appendRun(negativeStart, negative))
  }

  /// Adds rows of another. O(their buckets).
  public mutating func append(rows: [UInt32], of other: HistogramColumns) {
    scales.append(contentsOf: rows.lazy.map { other.scales[Int($0)] })
    zeros.append(contentsOf: rows.lazy.map { other.zeros[Int($0)] })
    for row in rows {
      let (positive, negative) = (other.positives[Int(row)], other.negatives[Int(row)])
      positives.append(appendRun(positive.start, other.buckets[positive.range]))
      negatives.append(appendRun(negative.start, other.buckets[negative.range]))
    }
  }

  /// Adds all rows of another. O(bytes): copies of columns.
  public mutating func append(_ other: HistogramColumns) {
    let base = buckets.count
    scales += other.scales
    zeros += other.zeros
    positives.append(contentsOf: other.positives.lazy.map { $0.moved(by: base) })
    negatives.append(contentsOf: other.negatives.lazy.map { $0.moved(by: base) })
    buckets += other.buckets
  }

  /// The histogram of a row. O(buckets).
  public subscript(row: Int) -> Histogram {
    Histogram(
      scale: Int(scales[row]), zeros: zeros[row], positive: values(positives[row]),
      negative: values(negatives[row]))
  }

  private func values(_ run: Run) -> Histogram.Buckets {
    Histogram.Buckets(start: run.start, counts: buckets[run.range])
  }

  private mutating func appendRun(_ start: Int32, _ counts: ArraySlice<Int64>) -> Run {
    guard !counts.isEmpty else { return Run() }
    defer { buckets += counts }
    let count = Int32(counts.count)
    return Run(start: start, count: count, offset: buckets.count, room: count)
  }
}

extension HistogramColumns.Run {
  fileprivate func moved(by base: Int) -> Self {
    var run = self
    run.offset += base
    return run
  }
}
