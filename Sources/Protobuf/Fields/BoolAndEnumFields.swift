// SPDX-License-Identifier: Apache-2.0

/// `bool`
public enum BoolField: PackableCodec {
  /// The Swift type.
  public typealias Value = Bool

  /// Layout.
  @inlinable
  public static var wireType: WireType { .varint }

  /// False.
  @inlinable
  public static var zero: Bool { false }

  /// Whether the value is false.
  @inlinable
  public static func isZero(_ value: Bool) -> Bool { !value }

  /// Reads a value without a tag.
  @inlinable
  public static func readValue(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> Bool {
    try reader.readVarint(bytes) != 0
  }

  /// Writes a value without a tag.
  @inlinable
  public static func writeValue(_ value: Bool, to writer: inout WireWriter) {
    writer.write(varint: value ? 1 : 0)
  }
}

/// An enumeration; unknown numbers are kept.
public enum EnumField<Value: OpenEnum>: PackableCodec {
  /// Layout.
  @inlinable
  public static var wireType: WireType { .varint }

  /// The value numbered 0.
  @inlinable
  public static var zero: Value { Value(rawValue: 0) }

  /// Whether the number is 0.
  @inlinable
  public static func isZero(_ value: Value) -> Bool { value.rawValue == 0 }

  /// Reads a value without a tag.
  @inlinable
  public static func readValue(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> Value {
    Value(rawValue: Int32(truncatingIfNeeded: try reader.readVarint(bytes)))
  }

  /// Writes a value without a tag.
  @inlinable
  public static func writeValue(_ value: Value, to writer: inout WireWriter) {
    writer.write(varint: UInt64(bitPattern: Int64(value.rawValue)))
  }
}
