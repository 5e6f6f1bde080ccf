// SPDX-License-Identifier: Apache-2.0

/// `string`: UTF-8, which is checked.
public enum StringField: FieldCodec {
  /// Layout.
  @inlinable
  public static var wireType: WireType { .lengthDelimited }

  /// Empty.
  @inlinable
  public static var zero: String { "" }

  /// Whether the string is empty.
  @inlinable
  public static func isZero(_ value: String) -> Bool { value.isEmpty }

  /// Replaces the value; a string that is not UTF-8 is an error.
  public static func read(
    _ value: inout String, from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) {
    let range = try reader.readLengthDelimited(bytes)
    let string = unsafe bytes.extracting(range).withUnsafeBytes {
      unsafe String(validating: $0, as: UTF8.self)
    }
    guard let string else { throw DecodingError(.stringNotUTF8, offset: range.lowerBound) }
    value = string
  }

  /// The tag, the length, the bytes.
  @inlinable
  public static func write(_ value: String, field: Int, to writer: inout WireWriter) {
    unsafe writer.write(value.utf8.span.bytes, field: field)
  }
}

/// `bytes`
public enum BytesField: FieldCodec {
  /// Layout.
  @inlinable
  public static var wireType: WireType { .lengthDelimited }

  /// Empty.
  @inlinable
  public static var zero: [UInt8] { [] }

  /// Whether there are no bytes.
  @inlinable
  public static func isZero(_ value: [UInt8]) -> Bool { value.isEmpty }

  /// Replaces the value.
  public static func read(
    _ value: inout [UInt8], from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) {
    let range = try reader.readLengthDelimited(bytes)
    value = unsafe bytes.extracting(range).withUnsafeBytes { unsafe [UInt8]($0) }
  }

  /// The tag, the length, the bytes.
  @inlinable
  public static func write(_ value: [UInt8], field: Int, to writer: inout WireWriter) {
    unsafe writer.write(value.span.bytes, field: field)
  }
}

/// A nested message.
public enum MessageField<Value: Message>: FieldCodec {
  /// Layout.
  @inlinable
  public static var wireType: WireType { .lengthDelimited }

  /// A message with every field at its default.
  @inlinable
  public static var zero: Value { Value() }

  /// A message has presence: it is left out only where it is nil.
  @inlinable
  public static func isZero(_ value: Value) -> Bool { false }

  /// Merges what is read into the value.
  @inlinable
  public static func read(
    _ value: inout Value, from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) {
    let range = try reader.readLengthDelimited(bytes)
    guard reader.depth < WireLimits.nestingDepthMax else {
      throw DecodingError(.nestedTooDeep, offset: range.lowerBound)
    }
    var nested = WireReader(range)
    nested.depth = reader.depth + 1
    try value.decodeFields(from: &nested, in: bytes)
  }

  /// The tag, the length, the fields.
  @inlinable
  public static func write(_ value: Value, field: Int, to writer: inout WireWriter) {
    writer.writeNested(field: field) { value.encodeFields(to: &$0) }
  }
}

extension WireWriter {
  /// A `string` or `bytes` field whose bytes lie in a span.
  @inlinable
  public mutating func write(_ value: RawSpan, field: Int) {
    write(WireTag(field: field, wireType: .lengthDelimited))
    write(varint: UInt64(value.byteCount))
    write(raw: value)
  }
}
