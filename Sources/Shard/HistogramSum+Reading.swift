// SPDX-License-Identifier: Apache-2.0

extension HistogramSum {
  /// Adds the values of a row. O(buckets).
  mutating func add(_ row: Int, of columns: HistogramColumns) {
    add(zeros: columns.zeros[row])
    add(columns.positives[row], of: columns, scale: columns.scale(row), isNegative: false)
    add(columns.negatives[row], of: columns, scale: columns.scale(row), isNegative: true)
  }

  private mutating func add(
    _ run: HistogramColumns.Run, of columns: HistogramColumns, scale: Int, isNegative: Bool
  ) {
    guard !run.isEmpty else { return }
    let range = run.range
    unsafe columns.bytes.withUnsafeBytes { bytes in
      let counts = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
      unsafe add(
        counts, width: run.width, start: run.start, scale: scale, isNegative: isNegative)
    }
  }

  /// Adds counts of 1 << width bytes each.
  mutating func add(
    _ counts: UnsafeRawBufferPointer, width: UInt8, start: Int32, scale: Int, isNegative: Bool
  ) {
    switch width {
    case 0:
      unsafe add(
        counts.assumingMemoryBound(to: UInt8.self), start: start, scale: scale,
        isNegative: isNegative)
    case 1:
      unsafe add(
        counts.assumingMemoryBound(to: UInt16.self), start: start, scale: scale,
        isNegative: isNegative)
    case 2:
      unsafe add(
        counts.assumingMemoryBound(to: UInt32.self), start: start, scale: scale,
        isNegative: isNegative)
    default:
      unsafe add(
        counts.assumingMemoryBound(to: UInt64.self), start: start, scale: scale,
        isNegative: isNegative)
    }
  }
}
