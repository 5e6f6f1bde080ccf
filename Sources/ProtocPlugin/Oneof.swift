// SPDX-License-Identifier: Apache-2.0

/// A oneof: an enumeration with a case a field, and an optional property.
struct Oneof {
  let protoName: String
  let name: String
  let typeName: String
  let fields: [Field]
  let index: Int32

  /// The type and the property.
  func printDeclaration(
    _ printer: inout Printer, access: String, documentation: [String],
    fieldDocumentation: (Field) -> [String]
  ) {
    let indirect = fields.contains(where: \.isRecursive) ? "indirect " : ""
    printer.line()
    printer.documentation(documentation)
    printer.block("\(access) \(indirect)enum \(typeName): Sendable, Hashable") { printer in
      for field in fields {
        printer.documentation(fieldDocumentation(field))
        printer.line("case \(field.name)(\(field.type))")
      }
    }
    printer.line()
    printer.documentation(documentation)
    printer.line("\(access) var \(name): \(typeName)?")
  }

  /// The branch of `decodeField` for one field. What another field held is replaced; a message that
  /// is there already is merged with.
  func printDecoding(_ field: Field, _ printer: inout Printer) {
    printer.line("case \(field.number):")
    printer.line("  var value: \(field.type) = \(field.zero)")
    if field.isMessage {
      printer.line("  if case .\(field.name)(let present) = self.\(name) { value = present }")
    }
    printer.line(
      "  guard try reader.decode(&value, as: \(field.codec).self, tag, bytes) else { return false }"
    )
    printer.line("  self.\(name) = .\(field.name)(value)")
    printer.line("  return true")
  }

  /// The statements of `encodeFields`.
  func printEncoding(_ printer: inout Printer) {
    printer.line("switch self.\(name) {")
    for field in fields {
      printer.line("case .\(field.name)(let value):")
      printer.line("  writer.write(value, as: \(field.codec).self, field: \(field.number))")
    }
    printer.line("case nil: break")
    printer.line("}")
  }
}
