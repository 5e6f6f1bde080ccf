// SPDX-License-Identifier: Apache-2.0

/// Reads wire values from a span: a cursor that never leaves its end, and the depth it is at.
///
/// The bytes are an argument of every method, because a span cannot be kept. All offsets count from
/// the start of that span. Whatever the bytes are, the outcome is a value or a ``DecodingError``,
/// never a trap.
@frozen
public struct WireReader: Sendable {
  /// Where the next byte is read.
  public var offset: Int
  /// Where the message that is being read ends.
  public var end: Int
  /// Messages and groups around the cursor.
  public var depth: Int

  /// Reads `range`, which must lie within the span.
  @inlinable
  public init(_ range: Range<Int>) {
    self.offset = range.lowerBound
    self.end = range.upperBound
    self.depth = 0
  }

  /// Whether all has been read.
  @inlinable
  public var isAtEnd: Bool { offset >= end }

  /// A base-128 number; bits beyond the 64th are dropped, as in every runtime.
  @inlinable
  public mutating func readVarint(_ bytes: RawSpan) throws(DecodingError) -> UInt64 {
    try readVarint(bytes, bytesMax: WireLimits.varintBytesMax)
  }

  /// The varint of a tag or a length.
  @inlinable
  mutating func readShortVarint(_ bytes: RawSpan) throws(DecodingError) -> UInt64 {
    try readVarint(bytes, bytesMax: WireLimits.shortVarintBytesMax)
  }

  @inlinable
  mutating func readVarint(_ bytes: RawSpan, bytesMax: Int) throws(DecodingError) -> UInt64 {
    guard offset < end else { throw DecodingError(.truncated, offset: offset) }
    let first = unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    if first < 0x80 {
      offset += 1
      return UInt64(first)
    }
    return try readLongVarint(bytes, bytesMax: bytesMax)
  }

  @usableFromInline
  mutating func readLongVarint(
    _ bytes: RawSpan, bytesMax: Int
  ) throws(DecodingError) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<bytesMax {
      guard offset + index < end else { throw DecodingError(.truncated, offset: offset) }
      let byte = unsafe bytes.unsafeLoad(fromByteOffset: offset + index, as: UInt8.self)
      value |= UInt64(byte & 0x7F) << (7 * UInt64(index))
      if byte < 0x80 {
        offset += index + 1
        return value
      }
    }
    throw DecodingError(.varintTooLong, offset: offset)
  }

  /// Four bytes, little endian.
  @inlinable
  public mutating func readFixed32(_ bytes: RawSpan) throws(DecodingError) -> UInt32 {
    guard end - offset >= 4 else { throw DecodingError(.truncated, offset: offset) }
    defer { offset += 4 }
    return UInt32(
      littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// Eight bytes, little endian.
  @inlinable
  public mutating func readFixed64(_ bytes: RawSpan) throws(DecodingError) -> UInt64 {
    guard end - offset >= 8 else { throw DecodingError(.truncated, offset: offset) }
    defer { offset += 8 }
    return UInt64(
      littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// A length and so many bytes: where they are. The cursor goes past them.
  @inlinable
  public mutating func readLengthDelimited(_ bytes: RawSpan) throws(DecodingError) -> Range<Int> {
    let start = offset
    let length = try readShortVarint(bytes)
    guard length <= UInt64(end - offset) else { throw DecodingError(.truncated, offset: start) }
    let range = offset..<offset + Int(length)
    offset = range.upperBound
    return range
  }

  /// The next tag; nil at the end.
  @inlinable
  public mutating func readTag(_ bytes: RawSpan) throws(DecodingError) -> WireTag? {
    guard !isAtEnd else { return nil }
    let start = offset
    let raw = try readShortVarint(bytes)
    guard let wireType = WireType(rawValue: UInt8(truncatingIfNeeded: raw & 7)) else {
      throw DecodingError(.wireTypeInvalid, offset: start)
    }
    let field = raw >> 3
    guard field >= 1, field <= UInt64(WireLimits.fieldNumberMax) else {
      throw DecodingError(.fieldNumberInvalid, offset: start)
    }
    return WireTag(field: Int(field), wireType: wireType)
  }
}
