// SPDX-License-Identifier: Apache-2.0

// Each method reads the value of `tag` into a field. False, with nothing read, when the wire type
// is not the field's: the caller then keeps the value as unknown.
extension WireReader {
  /// A field without presence, or the payload of a oneof.
  @inlinable
  public mutating func decode<Codec: FieldCodec>(
    _ value: inout Codec.Value, as codec: Codec.Type, _ tag: WireTag, _ bytes: RawSpan
  ) throws(DecodingError) -> Bool {
    guard tag.wireType == Codec.wireType else { return false }
    try Codec.read(&value, from: &self, in: bytes)
    return true
  }

  /// A field with presence. A message that is there already is merged with what is read.
  @inlinable
  public mutating func decodeOptional<Codec: FieldCodec>(
    _ value: inout Codec.Value?, as codec: Codec.Type, _ tag: WireTag, _ bytes: RawSpan
  ) throws(DecodingError) -> Bool {
    guard tag.wireType == Codec.wireType else { return false }
    var present = value ?? Codec.zero
    value = nil
    try Codec.read(&present, from: &self, in: bytes)
    value = present
    return true
  }

  /// A repeated field of strings, bytes or messages: one more value.
  @inlinable
  public mutating func decodeRepeated<Codec: FieldCodec>(
    _ values: inout [Codec.Value], as codec: Codec.Type, _ tag: WireTag, _ bytes: RawSpan
  ) throws(DecodingError) -> Bool {
    guard tag.wireType == Codec.wireType else { return false }
    var value = Codec.zero
    try Codec.read(&value, from: &self, in: bytes)
    values.append(value)
    return true
  }

  /// A repeated field of numbers, packed or not, whatever its definition says.
  @inlinable
  public mutating func decodeRepeated<Codec: PackableCodec>(
    _ values: inout [Codec.Value], as codec: Codec.Type, _ tag: WireTag, _ bytes: RawSpan
  ) throws(DecodingError) -> Bool {
    if tag.wireType == Codec.wireType {
      values.append(try Codec.readValue(from: &self, in: bytes))
      return true
    }
    guard tag.wireType == .lengthDelimited else { return false }
    var packed = WireReader(try readLengthDelimited(bytes))
    while !packed.isAtEnd {
      values.append(try Codec.readValue(from: &packed, in: bytes))
    }
    return true
  }

  /// A map's entry. An absent key or value reads as its default; the last entry of a key wins.
  @inlinable
  public mutating func decodeMap<Key: FieldCodec, Value: FieldCodec>(
    _ map: inout [Key.Value: Value.Value], key: Key.Type, value: Value.Type, _ tag: WireTag,
    _ bytes: RawSpan
  ) throws(DecodingError) -> Bool {
    guard tag.wireType == .lengthDelimited else { return false }
    var entry = WireReader(try readLengthDelimited(bytes))
    guard depth < WireLimits.nestingDepthMax else {
      throw DecodingError(.nestedTooDeep, offset: entry.offset)
    }
    entry.depth = depth + 1
    var entryKey = Key.zero
    var entryValue = Value.zero
    while let tag = try entry.readTag(bytes) {
      let isKnown =
        switch tag.field {
        case 1: try entry.decode(&entryKey, as: Key.self, tag, bytes)
        case 2: try entry.decode(&entryValue, as: Value.self, tag, bytes)
        default: false
        }
      if !isKnown { try entry.skip(tag, bytes) }
    }
    map[entryKey] = entryValue
    return true
  }
}
