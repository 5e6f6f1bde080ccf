// SPDX-License-Identifier: Apache-2.0

/// Base-2 logarithms in fixed point, with the same bits on every machine: libraries of mathematics
/// differ in the last ones.
enum FixedLog2 {
  /// Bits behind the point.
  static let fractionBits = 40

  /// -log2(u) of u = `drawn` / 2^64, nearly: by a table and straight lines between its entries, at
  /// most 3e-6 too large. Below 2^46, never 0. O(1).
  static func negated(_ drawn: UInt64) -> UInt64 {
    // The last two bits are given up, so that the result keeps below its bound.
    let drawn = drawn | 3
    let zeros = drawn.leadingZeroBitCount
    let mantissa = drawn << UInt64(zeros)
    let entry = Int(truncatingIfNeeded: mantissa >> 55) - 256
    let (low, high) = (table[entry], table[entry + 1])
    let fraction = (mantissa >> 25) & 0x3FFF_FFFF
    let logarithm = low + ((high - low) * fraction) >> 30
    return (UInt64(zeros + 1) << UInt64(fractionBits)) - logarithm
  }

  /// log2(1 + i/256) for i in 0...256.
  private static let table: [UInt64] = (0...256).map { logarithm(of: UInt64(256 + $0) << 23) }

  /// log2 of a number from 1 to 2 that has 31 bits behind the point: digit by digit, by squaring
  /// (Turner, "A fast binary logarithm algorithm", 2010).
  private static func logarithm(of number: UInt64) -> UInt64 {
    guard number < 1 << 32 else { return 1 << UInt64(fractionBits) }
    var number = number
    var result: UInt64 = 0
    for bit in stride(from: fractionBits - 1, through: 0, by: -1) {
      number = (number * number) >> 31
      if number >= 1 << 32 {
        result |= 1 << UInt64(bit)
        number >>= 1
      }
    }
    return result
  }
}
