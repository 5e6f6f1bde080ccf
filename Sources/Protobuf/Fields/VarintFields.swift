// SPDX-License-Identifier: Apache-2.0

/// `int32`
public enum Int32Field: PackableCodec {
  /// The Swift type.
  public typealias Value = Int32

  /// Layout.
  @inlinable
  public static var wireType: WireType { .varint }

  /// Reads a value without a tag.
  @inlinable
  public static func readValue(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> Int32 {
    Int32(truncatingIfNeeded: try reader.readVarint(bytes))
  }

  /// Writes a value without a tag.
  @inlinable
  public static func writeValue(_ value: Int32, to writer: inout WireWriter) {
    writer.write(varint: UInt64(bitPattern: Int64(value)))
  }
}

/// `int64`
public enum Int64Field: PackableCodec {
  /// The Swift type.
  public typealias Value = Int64

  /// Layout.
  @inlinable
  public static var wireType: WireType { .varint }

  /// Reads a value without a tag.
  @inlinable
  public static func readValue(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> Int64 {
    Int64(bitPattern: try reader.readVarint(bytes))
  }

  /// Writes a value without a tag.
  @inlinable
  public static func writeValue(_ value: Int64, to writer: inout WireWriter) {
    writer.write(varint: UInt64(bitPattern: value))
  }
}

/// `uint32`
public enum UInt32Field: PackableCodec {
  /// The Swift type.
  public typealias Value = UInt32

  /// Layout.
  @inlinable
  public static var wireType: WireType { .varint }

  /// Reads a value without a tag.
  @inlinable
  public static func readValue(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> UInt32 {
    UInt32(truncatingIfNeeded: try reader.readVarint(bytes))
  }

  /// Writes a value without a tag.
  @inlinable
  public static func writeValue(_ value: UInt32, to writer: inout WireWriter) {
    writer.write(varint: UInt64(value))
  }
}

/// `uint64`
public enum UInt64Field: PackableCodec {
  /// The Swift type.
  public typealias Value = UInt64

  /// Layout.
  @inlinable
  public static var wireType: WireType { .varint }

  /// Reads a value without a tag.
  @inlinable
  public static func readValue(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> UInt64 {
    try reader.readVarint(bytes)
  }

  /// Writes a value without a tag.
  @inlinable
  public static func writeValue(_ value: UInt64, to writer: inout WireWriter) {
    writer.write(varint: value)
  }
}

/// `sint32`: zigzag, small for small negative numbers
public enum SInt32Field: PackableCodec {
  /// The Swift type.
  public typealias Value = Int32

  /// Layout.
  @inlinable
  public static var wireType: WireType { .varint }

  /// Reads a value without a tag.
  @inlinable
  public static func readValue(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> Int32 {
    let raw = UInt32(truncatingIfNeeded: try reader.readVarint(bytes))
    return Int32(bitPattern: raw >> 1) ^ -Int32(bitPattern: raw & 1)
  }

  /// Writes a value without a tag.
  @inlinable
  public static func writeValue(_ value: Int32, to writer: inout WireWriter) {
    writer.write(varint: UInt64(UInt32(bitPattern: (value << 1) ^ (value >> 31))))
  }
}

/// `sint64`: zigzag, small for small negative numbers
public enum SInt64Field: PackableCodec {
  /// The Swift type.
  public typealias Value = Int64

  /// Layout.
  @inlinable
  public static var wireType: WireType { .varint }

  /// Reads a value without a tag.
  @inlinable
  public static func readValue(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> Int64 {
    let raw = try reader.readVarint(bytes)
    return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
  }

  /// Writes a value without a tag.
  @inlinable
  public static func writeValue(_ value: Int64, to writer: inout WireWriter) {
    writer.write(varint: UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }
}
