// SPDX-License-Identifier: Apache-2.0

/// The encoding of `-bin` header values: RFC 4648 section 4, emitted without padding, accepted with
/// and without.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Bytes to text, unpadded.
  static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var encoded: [UInt8] = []
    encoded.reserveCapacity((bytes.count * 4 + 2) / 3)
    var bits: UInt32 = 0
    var bitCount: UInt32 = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      bitCount += 8
      while bitCount >= 6 {
        bitCount -= 6
        encoded.append(alphabet[Int(bits >> bitCount & 63)])
      }
    }
    if bitCount > 0 { encoded.append(alphabet[Int(bits << (6 - bitCount) & 63)]) }
    return encoded
  }

  /// Text to bytes; nil for a foreign character, wrong padding or an impossible length. The unused
  /// bits of the last character may be anything.
  static func decode(_ text: some BidirectionalCollection<UInt8>) -> [UInt8]? {
    var length = text.count
    var digits = text[...]
    if length % 4 == 0 {
      for _ in 0..<2 where digits.last == UInt8(ascii: "=") {
        digits = digits.dropLast()
        length -= 1
      }
    }
    guard length % 4 != 1 else { return nil }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(length * 3 / 4)
    var bits: UInt32 = 0
    var bitCount: UInt32 = 0
    for digit in digits {
      guard let value = value(of: digit) else { return nil }
      bits = bits << 6 | UInt32(value)
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        decoded.append(UInt8(truncatingIfNeeded: bits >> bitCount))
      }
    }
    return decoded
  }

  private static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): digit - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
