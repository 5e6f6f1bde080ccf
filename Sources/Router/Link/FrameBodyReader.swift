// SPDX-License-Identifier: Apache-2.0

/// A cursor over a body that somebody else wrote: every read is checked.
struct FrameBodyReader {
  private(set) var offset = 0

  mutating func byte(_ body: RawSpan) throws(FrameFault) -> UInt8 {
    let range = try take(1, body)
    return unsafe body.unsafeLoad(fromUncheckedByteOffset: range.lowerBound, as: UInt8.self)
  }

  mutating func varint(_ body: RawSpan) throws(FrameFault) -> UInt64 {
    let start = offset
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let byte = try byte(body)
      if shift == 63 && byte > 1 { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw .malformed(.numberTooLong, offset: start)
  }

  mutating func signedVarint(_ body: RawSpan) throws(FrameFault) -> Int64 {
    let bits = try varint(body)
    return Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
  }

  mutating func fixed64(_ body: RawSpan) throws(FrameFault) -> UInt64 {
    let range = try take(8, body)
    return UInt64(
      littleEndian: unsafe body.unsafeLoadUnaligned(
        fromUncheckedByteOffset: range.lowerBound, as: UInt64.self))
  }

  /// A number that must lie within `allowed`.
  mutating func varint(
    in allowed: ClosedRange<Int>, _ body: RawSpan, else mistake: FrameFault.Mistake
  ) throws(FrameFault) -> Int {
    let start = offset
    let number = try varint(body)
    guard let small = Int(exactly: number), allowed.contains(small) else {
      throw .malformed(mistake, offset: start)
    }
    return small
  }

  /// Where the next `count` bytes lie.
  mutating func take(_ count: Int, _ body: RawSpan) throws(FrameFault) -> Range<Int> {
    guard count >= 0, body.byteCount - offset >= count else {
      throw .malformed(.cutOff, offset: body.byteCount)
    }
    defer { offset += count }
    return offset..<offset + count
  }

  /// Nothing may be left.
  func end(_ body: RawSpan) throws(FrameFault) {
    if offset < body.byteCount { throw .malformed(.trailingBytes, offset: offset) }
  }
}
