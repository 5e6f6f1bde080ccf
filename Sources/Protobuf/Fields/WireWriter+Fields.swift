// SPDX-License-Identifier: Apache-2.0

extension WireWriter {
  /// A field that is there, whatever its value: a oneof's, a key, a present optional.
  @inlinable
  public mutating func write<Codec: FieldCodec>(
    _ value: Codec.Value, as codec: Codec.Type, field: Int
  ) {
    Codec.write(value, field: field, to: &self)
  }

  /// A field without presence: left out at its default.
  @inlinable
  public mutating func writeUnlessZero<Codec: FieldCodec>(
    _ value: Codec.Value, as codec: Codec.Type, field: Int
  ) {
    if !Codec.isZero(value) { Codec.write(value, field: field, to: &self) }
  }

  /// A field of a double without presence, as ``DoubleField`` writes it: left out at +0. For
  /// messages of mostly these.
  @inlinable
  @inline(__always)
  public mutating func writeUnlessZero(double value: Double, field: Int) {
    guard value.bitPattern != 0 else { return }
    let tag = WireTag(field: field, wireType: .fixed64).rawValue
    if tag < 0x80 { store(UInt8(truncatingIfNeeded: tag)) } else { write(varint: tag) }
    store(value.bitPattern.littleEndian)
  }

  /// A field with presence: left out when nil.
  @inlinable
  public mutating func writeOptional<Codec: FieldCodec>(
    _ value: Codec.Value?, as codec: Codec.Type, field: Int
  ) {
    if let value { Codec.write(value, field: field, to: &self) }
  }

  /// A repeated field, each value with its tag.
  @inlinable
  public mutating func writeRepeated<Codec: FieldCodec>(
    _ values: [Codec.Value], as codec: Codec.Type, field: Int
  ) {
    for value in values { Codec.write(value, field: field, to: &self) }
  }

  /// A repeated field of numbers: one tag, the length, the values.
  @inlinable
  public mutating func writePacked<Codec: PackableCodec>(
    _ values: [Codec.Value], as codec: Codec.Type, field: Int
  ) {
    guard !values.isEmpty else { return }
    writeNested(field: field) { writer in
      for value in values { Codec.writeValue(value, to: &writer) }
    }
  }

  /// A map: for each entry a message of key and value, both always there.
  @inlinable
  public mutating func writeMap<Key: FieldCodec, Value: FieldCodec>(
    _ map: [Key.Value: Value.Value], key: Key.Type, value: Value.Type, field: Int
  ) {
    for (entryKey, entryValue) in map {
      writeNested(field: field) { entry in
        Key.write(entryKey, field: 1, to: &entry)
        Value.write(entryValue, field: 2, to: &entry)
      }
    }
  }
}
