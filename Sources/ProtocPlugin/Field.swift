// SPDX-License-Identifier: Apache-2.0
internal import Protobuf

/// One field as it is generated: its Swift names and types, and how it is kept.
struct Field {
  /// How a field's values are kept, which decides how it is read and written.
  enum Shape: Equatable {
    /// At its default when absent.
    case implicit
    /// Nil when absent; out of line when a message would contain itself.
    case optional(isIndirect: Bool)
    /// An array.
    case repeated(isPacked: Bool)
    /// A dictionary, with the codec of its keys.
    case map(keyType: String, keyCodec: String)
    /// A case of the oneof with this index.
    case oneof(Int)
  }

  let number: Int32
  let protoName: String
  let name: String
  /// The type of one value.
  let type: String
  /// The codec of one value.
  let codec: String
  /// The value of an absent field without presence.
  let zero: String
  let isMessage: Bool
  let isRecursive: Bool
  let shape: Shape
  /// Its place in the message, by which comments find it.
  let index: Int32

  init(
    _ field: FieldDescriptorProto, name: String, index: Int, of message: String, isProto3: Bool,
    types: TypeIndex
  ) throws(GeneratorError) {
    number = field.number ?? 0
    protoName = field.name ?? ""
    self.name = name
    self.index = Int32(index)
    if let entry = field.typeName.flatMap({ types.mapEntries[$0] }) {
      let key = try Scalar(entry.field[0], types)
      let value = try Scalar(entry.field[1], types)
      (type, codec, zero) = (value.type, value.codec, value.zero)
      (isMessage, isRecursive) = (false, false)
      shape = .map(keyType: key.type, keyCodec: key.codec)
      return
    }
    let scalar = try Scalar(field, types)
    (type, codec, zero) = (scalar.type, scalar.codec, scalar.zero)
    isMessage = field.type == .message
    isRecursive = isMessage && types.isRecursive(field.typeName ?? "", in: message)
    if field.label == .repeated {
      let packs = field.options?.packed ?? isProto3
      shape = .repeated(isPacked: packs && scalar.isPackable)
    } else if let oneof = field.oneofIndex, field.proto3Optional != true {
      shape = .oneof(Int(oneof))
    } else if !isProto3 || isMessage || field.proto3Optional == true {
      shape = .optional(isIndirect: isRecursive)
    } else {
      shape = .implicit
    }
  }
}

/// A field type: the Swift type of its values and the runtime's codec.
struct Scalar {
  let type: String
  let codec: String
  let zero: String
  let isPackable: Bool

  init(_ field: FieldDescriptorProto, _ types: TypeIndex) throws(GeneratorError) {
    let name = field.name ?? ""
    guard let kind = field.type else { throw GeneratorError("field \(name) has no type") }
    if kind == .message {
      type = try types.swiftName(field.typeName ?? "")
      (codec, zero, isPackable) = ("MessageField<\(type)>", "\(type)()", false)
    } else if kind == .enum {
      type = try types.swiftName(field.typeName ?? "")
      (codec, zero, isPackable) = ("EnumField<\(type)>", "\(type)(rawValue: 0)", true)
    } else if let (type, codec) = Scalar.plain[kind] {
      (self.type, self.codec) = (type, codec)
      isPackable = kind != .string && kind != .bytes
      zero = Scalar.zeros[kind] ?? "0"
    } else {
      throw GeneratorError("field \(name): \(kind) is not supported")
    }
  }

  private static let plain: [FieldDescriptorProto.TypeEnum: (String, String)] = [
    .double: ("Double", "DoubleField"), .float: ("Float", "FloatField"),
    .int64: ("Int64", "Int64Field"), .uint64: ("UInt64", "UInt64Field"),
    .int32: ("Int32", "Int32Field"), .uint32: ("UInt32", "UInt32Field"),
    .sint64: ("Int64", "SInt64Field"), .sint32: ("Int32", "SInt32Field"),
    .fixed64: ("UInt64", "Fixed64Field"), .fixed32: ("UInt32", "Fixed32Field"),
    .sfixed64: ("Int64", "SFixed64Field"), .sfixed32: ("Int32", "SFixed32Field"),
    .bool: ("Bool", "BoolField"), .string: ("String", "StringField"),
    .bytes: ("[UInt8]", "BytesField"),
  ]

  /// Of what is not a number.
  private static let zeros: [FieldDescriptorProto.TypeEnum: String] = [
    .bool: "false", .string: "\"\"", .bytes: "[]",
  ]
}
