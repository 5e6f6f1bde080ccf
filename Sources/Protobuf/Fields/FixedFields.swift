// SPDX-License-Identifier: Apache-2.0

/// `fixed32`
public enum Fixed32Field: PackableCodec {
  /// The Swift type.
  public typealias Value = UInt32

  /// Layout.
  @inlinable
  public static var wireType: WireType { .fixed32 }

  /// Reads a value without a tag.
  @inlinable
  public static func readValue(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> UInt32 {
    try reader.readFixed32(bytes)
  }

  /// Writes a value without a tag.
  @inlinable
  public static func writeValue(_ value: UInt32, to writer: inout WireWriter) {
    writer.write(fixed32: value)
  }
}

/// `fixed64`
public enum Fixed64Field: PackableCodec {
  /// The Swift type.
  public typealias Value = UInt64

  /// Layout.
  @inlinable
  public static var wireType: WireType { .fixed64 }

  /// Reads a value without a tag.
  @inlinable
  public static func readValue(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> UInt64 {
    try reader.readFixed64(bytes)
  }

  /// Writes a value without a tag.
  @inlinable
  public static func writeValue(_ value: UInt64, to writer: inout WireWriter) {
    writer.write(fixed64: value)
  }
}

/// `sfixed32`
public enum SFixed32Field: PackableCodec {
  /// The Swift type.
  public typealias Value = Int32

  /// Layout.
  @inlinable
  public static var wireType: WireType { .fixed32 }

  /// Reads a value without a tag.
  @inlinable
  public static func readValue(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> Int32 {
    Int32(bitPattern: try reader.readFixed32(bytes))
  }

  /// Writes a value without a tag.
  @inlinable
  public static func writeValue(_ value: Int32, to writer: inout WireWriter) {
    writer.write(fixed32: UInt32(bitPattern: value))
  }
}

/// `sfixed64`
public enum SFixed64Field: PackableCodec {
  /// The Swift type.
  public typealias Value = Int64

  /// Layout.
  @inlinable
  public static var wireType: WireType { .fixed64 }

  /// Reads a value without a tag.
  @inlinable
  public static func readValue(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> Int64 {
    Int64(bitPattern: try reader.readFixed64(bytes))
  }

  /// Writes a value without a tag.
  @inlinable
  public static func writeValue(_ value: Int64, to writer: inout WireWriter) {
    writer.write(fixed64: UInt64(bitPattern: value))
  }
}

/// `float`
public enum FloatField: PackableCodec {
  /// The Swift type.
  public typealias Value = Float

  /// Layout.
  @inlinable
  public static var wireType: WireType { .fixed32 }

  /// 0.
  @inlinable
  public static var zero: Float { 0 }

  /// Whether the value is +0; -0 is written.
  @inlinable
  public static func isZero(_ value: Float) -> Bool { value.bitPattern == 0 }

  /// Reads a value without a tag.
  @inlinable
  public static func readValue(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> Float {
    Float(bitPattern: try reader.readFixed32(bytes))
  }

  /// Writes a value without a tag.
  @inlinable
  public static func writeValue(_ value: Float, to writer: inout WireWriter) {
    writer.write(fixed32: value.bitPattern)
  }
}

/// `double`
public enum DoubleField: PackableCodec {
  /// The Swift type.
  public typealias Value = Double

  /// Layout.
  @inlinable
  public static var wireType: WireType { .fixed64 }

  /// 0.
  @inlinable
  public static var zero: Double { 0 }

  /// Whether the value is +0; -0 is written.
  @inlinable
  public static func isZero(_ value: Double) -> Bool { value.bitPattern == 0 }

  /// Reads a value without a tag.
  @inlinable
  public static func readValue(
    from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> Double {
    Double(bitPattern: try reader.readFixed64(bytes))
  }

  /// Writes a value without a tag.
  @inlinable
  public static func writeValue(_ value: Double, to writer: inout WireWriter) {
    writer.write(fixed64: value.bitPattern)
  }
}
