// SPDX-License-Identifier: Apache-2.0

/// Eight words of eight bytes, as a square of bytes.
struct ByteBlock {
  var words = InlineArray<8, UInt64>(repeating: 0)

  /// Byte j of word i becomes byte i of word j: halves, then quarters, then bytes change places
  /// (Warren: "Hacker's Delight", 7-3).
  @inline(__always)
  mutating func transpose() {
    exchange(0, 4, 32, 0x0000_0000_FFFF_FFFF)
    exchange(1, 5, 32, 0x0000_0000_FFFF_FFFF)
    exchange(2, 6, 32, 0x0000_0000_FFFF_FFFF)
    exchange(3, 7, 32, 0x0000_0000_FFFF_FFFF)
    exchange(0, 2, 16, 0x0000_FFFF_0000_FFFF)
    exchange(1, 3, 16, 0x0000_FFFF_0000_FFFF)
    exchange(4, 6, 16, 0x0000_FFFF_0000_FFFF)
    exchange(5, 7, 16, 0x0000_FFFF_0000_FFFF)
    exchange(0, 1, 8, 0x00FF_00FF_00FF_00FF)
    exchange(2, 3, 8, 0x00FF_00FF_00FF_00FF)
    exchange(4, 5, 8, 0x00FF_00FF_00FF_00FF)
    exchange(6, 7, 8, 0x00FF_00FF_00FF_00FF)
  }

  /// The bits of `upper` above `mask` and those of `lower` in it change places.
  @inline(__always)
  private mutating func exchange(_ upper: Int, _ lower: Int, _ shift: UInt64, _ mask: UInt64) {
    let difference = ((words[upper] &>> shift) ^ words[lower]) & mask
    words[lower] ^= difference
    words[upper] ^= difference &<< shift
  }
}
