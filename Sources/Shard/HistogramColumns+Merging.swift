// SPDX-License-Identifier: Apache-2.0

extension HistogramColumns {
  /// Adds the values of rows of another to rows that are here, in order; a row may be added to more
  /// than once. O(their buckets).
  public mutating func fold(
    _ rows: [UInt32], of other: HistogramColumns, into targets: [UInt32]
  ) {
    guard !rows.isEmpty else { return }
    var sum = HistogramSum()
    /// The row that `sum` is of.
    var open: Int?
    for (row, target) in zip(rows, targets) {
      let (row, target) = (Int(row), Int(target))
      if open == target {
        sum.add(row, of: other)
        continue
      }
      if let row = open.take() { store(&sum, row) }
      if isEmpty(target) {
        scales[target] = other.scales[row]
        zeros[target] = other.zeros[row]
        positives[target] = copy(other.positives[row], of: other)
        negatives[target] = copy(other.negatives[row], of: other)
      } else if !other.isEmpty(row) {
        sum.add(target, of: self)
        sum.add(row, of: other)
        open = target
      }
    }
    if let open { store(&sum, open) }
  }

  /// Adds the values of a row of another to a row. O(buckets).
  public mutating func fold(_ row: Int, of other: HistogramColumns, into target: Int) {
    fold([UInt32(row)], of: other, into: [UInt32(target)])
  }

  /// Adds a row with the values of a sum, which has none then. O(buckets).
  mutating func append(_ sum: inout HistogramSum) {
    scales.append(Int8(sum.scale))
    zeros.append(sum.zeros)
    let (positive, negative) = (sum.positive, sum.negative)
    positives.append(unsafe pack(sum.counts(positive, isNegative: false), start: positive.first))
    negatives.append(unsafe pack(sum.counts(negative, isNegative: true), start: negative.first))
    sum.clear()
  }

  /// A row is what a sum is, which has no values then.
  private mutating func store(_ sum: inout HistogramSum, _ row: Int) {
    scales[row] = Int8(sum.scale)
    zeros[row] = sum.zeros
    let (positive, negative) = (sum.positive, sum.negative)
    positives[row] = unsafe place(
      sum.counts(positive, isNegative: false), start: positive.first, positives[row])
    negatives[row] = unsafe place(
      sum.counts(negative, isNegative: true), start: negative.first, negatives[row])
    sum.clear()
  }

  /// Puts counts where a run lies, or at the end when there is no room.
  private mutating func place(
    _ counts: UnsafeBufferPointer<Int64>, start: Int32, _ run: Run
  ) -> Run {
    guard !counts.isEmpty else { return run }
    var placed = run
    placed.start = start
    placed.length = UInt8(counts.count)
    placed.width = unsafe HistogramColumns.width(counts)
    if placed.byteCount > Int(run.room) {
      align(width: 3)
      placed.offset = bytes.count
      let bytesMax = HistogramScale.bucketsMax << 3
      placed.room = UInt16(min(bytesMax, max(placed.byteCount, 2 * Int(run.room))))
      bytes += repeatElement(0, count: Int(placed.room))
    }
    unsafe write(counts, placed)
    return placed
  }
}
