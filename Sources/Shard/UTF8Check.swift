// SPDX-License-Identifier: Apache-2.0

/// Whether bytes are well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates,
/// nothing above U+10FFFF.
public enum UTF8Check {
  /// O(bytes); eight at a time as long as they are ASCII.
  @inlinable
  public static func isValid(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount)
    var offset = range.lowerBound
    let end = range.upperBound
    while end - offset >= 8 {
      // Inside the span: checked above.
      let word = unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: offset, as: UInt64.self)
      if word & 0x8080_8080_8080_8080 != 0 { return isValidSlowly(bytes, offset, end) }
      offset += 8
    }
    while offset < end {
      let byte = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
      if byte >= 0x80 { return isValidSlowly(bytes, offset, end) }
      offset += 1
    }
    return true
  }

  @usableFromInline
  static func isValidSlowly(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
    var offset = start
    while offset < end {
      let lead = byte(bytes, offset)
      if lead < 0x80 {
        offset += 1
        continue
      }
      let (length, second) = sequence(lead)
      guard length > 0, end - offset >= length else { return false }
      guard second.contains(byte(bytes, offset + 1)) else { return false }
      for index in 2..<max(2, length) where byte(bytes, offset + index) & 0xC0 != 0x80 {
        return false
      }
      offset += length
    }
    return true
  }

  /// How long the sequence of a lead byte is (0: no lead byte), and what its second byte may be.
  private static func sequence(_ lead: UInt8) -> (length: Int, second: ClosedRange<UInt8>) {
    switch lead {
    case 0xC2...0xDF: (2, 0x80...0xBF)
    case 0xE0: (3, 0xA0...0xBF)
    case 0xED: (3, 0x80...0x9F)
    case 0xE1...0xEF: (3, 0x80...0xBF)
    case 0xF0: (4, 0x90...0xBF)
    case 0xF1...0xF3: (4, 0x80...0xBF)
    case 0xF4: (4, 0x80...0x8F)
    default: (0, 0x80...0xBF)
    }
  }

  private static func byte(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
    unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }
}
