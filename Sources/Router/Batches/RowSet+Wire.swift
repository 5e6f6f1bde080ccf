// SPDX-License-Identifier: Apache-2.0

/// A set of rows as messages carry it: a bit a row, the first in the lowest bit of the first byte.
extension RowSet {
  /// A byte for eight rows, or part of eight.
  var bytes: [UInt8] {
    (0..<(rows + 7) / 8).map { UInt8(truncatingIfNeeded: words[$0 >> 3] >> (UInt64($0 & 7) * 8)) }
  }

  /// Nil if there are not as many bytes as so many rows have, or rows beyond.
  init?(rows: Int, bytes: [UInt8]) {
    guard bytes.count == (rows + 7) / 8 else { return nil }
    if rows % 8 != 0, let last = bytes.last, last >> UInt8(rows % 8) != 0 { return nil }
    self.init(rows: rows)
    for (index, byte) in bytes.enumerated() {
      words[index >> 3] |= UInt64(byte) << (UInt64(index & 7) * 8)
    }
  }
}
