// SPDX-License-Identifier: Apache-2.0

/// The distinct values of a frame, and for each row which one it has.
struct ValueTable {
  /// Bits of the distinct values, in order of their first rows.
  private(set) var values: [UInt64] = []
  private(set) var indices: [UInt16] = []

  /// Nil when a table would not be shorter than `planes` planes of what it stands for. Values that
  /// hardly repeat are given up after the first few hundred.
  init?(_ source: UnsafeBufferPointer<Double>, planes: Int) {
    let rows = source.count
    // Eight bytes a value and one plane, or two, of indices must be less than the planes.
    let small = min(256, (planes - 1) * rows / 8)
    let large = min(RouterLimits.frameValuesMax, (planes - 2) * rows / 8)
    let valuesMax = max(small, large)
    guard valuesMax > 0 else { return nil }
    var slots = [UInt16](repeating: 0, count: 2 * RouterLimits.frameValuesMax)
    indices.reserveCapacity(rows)
    for row in source.indices {
      let bits = unsafe source[row].bitPattern
      var position = ValueTable.home(bits)
      while slots[position] != 0, values[Int(slots[position]) - 1] != bits {
        position = (position + 1) & (slots.count - 1)
      }
      if slots[position] == 0 {
        let isHopeless = row < 256 && values.count == 250
        guard values.count < valuesMax, !isHopeless else { return nil }
        values.append(bits)
        slots[position] = UInt16(values.count)
      }
      indices.append(slots[position] - 1)
    }
  }

  private static func home(_ bits: UInt64) -> Int {
    let shift = UInt64(64 - (2 * RouterLimits.frameValuesMax).trailingZeroBitCount)
    return Int(truncatingIfNeeded: (bits &* 0x9E37_79B9_7F4A_7C15) >> shift)
  }
}
