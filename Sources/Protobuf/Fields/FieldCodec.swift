// SPDX-License-Identifier: Apache-2.0

/// How one of protobuf's field types is written and read. The types that conform have no values;
/// they choose the codec, since several share a Swift type (`int32`, `sint32`, `sfixed32`).
public protocol FieldCodec {
  /// The Swift type of the field.
  associatedtype Value: Sendable, Hashable

  /// The layout of a single value.
  static var wireType: WireType { get }

  /// What an absent field reads as.
  static var zero: Value { get }

  /// Whether a field without presence is left out. A floating-point -0 is not zero here.
  static func isZero(_ value: Value) -> Bool

  /// Reads a value whose tag has been read. A message is merged into `value`, all else replaces it.
  static func read(
    _ value: inout Value, from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError)

  /// Writes the tag and the value.
  static func write(_ value: Value, field: Int, to writer: inout WireWriter)
}

/// A field type that may be packed: numbers, bools and enumerations.
public protocol PackableCodec: FieldCodec {
  /// Reads a value without a tag.
  static func readValue(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> Value

  /// Writes a value without a tag.
  static func writeValue(_ value: Value, to writer: inout WireWriter)
}

extension PackableCodec {
  /// Replaces the value.
  @inlinable
  public static func read(
    _ value: inout Value, from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) {
    value = try readValue(from: &reader, in: bytes)
  }

  /// The tag, then the value.
  @inlinable
  public static func write(_ value: Value, field: Int, to writer: inout WireWriter) {
    writer.write(WireTag(field: field, wireType: wireType))
    writeValue(value, to: &writer)
  }
}

extension PackableCodec where Value: BinaryInteger {
  /// 0.
  @inlinable
  public static var zero: Value { 0 }

  /// Whether the value is 0.
  @inlinable
  public static func isZero(_ value: Value) -> Bool { value == 0 }
}
