// SPDX-License-Identifier: Apache-2.0

extension Message {
  /// A message that `fill` has filled in.
  @inlinable
  public static func with<Failure: Error>(
    _ fill: (inout Self) throws(Failure) -> Void
  ) throws(Failure) -> Self {
    var message = Self()
    try fill(&message)
    return message
  }

  /// Parses a message.
  ///
  /// - Throws: ``DecodingError`` with the place and the reason.
  @inlinable
  public init(decoding bytes: [UInt8]) throws(DecodingError) {
    unsafe try self.init(decoding: bytes.span.bytes)
  }

  /// Parses a message that lies in a span.
  @inlinable
  public init(decoding bytes: RawSpan) throws(DecodingError) {
    self.init()
    try merge(decoding: bytes)
  }

  /// Parses a message and adds it to this one: single fields are replaced, repeated ones appended,
  /// nested messages merged. After an error the fields before it have been added.
  @inlinable
  public mutating func merge(decoding bytes: [UInt8]) throws(DecodingError) {
    unsafe try merge(decoding: bytes.span.bytes)
  }

  /// Parses a message that lies in a span and adds it to this one.
  @inlinable
  public mutating func merge(decoding bytes: RawSpan) throws(DecodingError) {
    var reader = WireReader(0..<bytes.byteCount)
    try decodeFields(from: &reader, in: bytes)
  }

  /// Reads fields up to the reader's end.
  @inlinable
  public mutating func decodeFields(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) {
    var start = reader.offset
    while let tag = try reader.readTag(bytes) {
      do {
        if try !decodeField(tag, from: &reader, in: bytes) {
          try reader.skip(tag, bytes)
          unknownFields.append(bytes, start..<reader.offset)
        }
      } catch {
        throw error.within(Self.fieldName(tag.field) ?? "\(tag.field)")
      }
      start = reader.offset
    }
  }
}
