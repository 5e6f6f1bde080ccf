// SPDX-License-Identifier: Apache-2.0
internal import Protobuf

/// Prints one message with what is nested in it.
struct MessageGenerator {
  private let message: DescriptorProto
  private let fullName: String
  private let path: [Int32]
  private let file: FileContext
  private let fields: [Field]
  private let oneofs: [Oneof]

  init(
    _ message: DescriptorProto, scope: String, path: [Int32], file: FileContext
  ) throws(GeneratorError) {
    self.message = message
    self.fullName = "\(scope).\(message.name ?? "")"
    self.path = path
    self.file = file
    let names = Names.distinct(
      message.field.map { (Names.property($0.name ?? ""), $0.number ?? 0) })
    var fields: [Field] = []
    for (index, field) in message.field.enumerated() {
      fields.append(
        try Field(
          field, name: names[index], index: index, of: fullName, isProto3: file.isProto3,
          types: file.types))
    }
    self.fields = fields
    // A oneof's type is nested in the message: there it would hide what else has its name.
    let nested = message.nestedType.compactMap(\.name) + message.enumType.compactMap(\.name)
    let used = fields.compactMap { $0.type.split(separator: ".").first.map(String.init) }
    let taken = Set(nested + used + [message.name ?? ""])
    oneofs = message.oneofDecl.enumerated().compactMap { index, oneof in
      let members = fields.filter { $0.shape == .oneof(index) }
      guard !members.isEmpty else { return nil }
      let typeName = Names.type(oneof.name ?? "", suffix: "Oneof")
      return Oneof(
        protoName: oneof.name ?? "", name: Names.property(oneof.name ?? ""),
        typeName: taken.contains(typeName) ? typeName + "Oneof" : typeName, fields: members,
        index: Int32(index))
    }
  }

  func print(_ printer: inout Printer) throws(GeneratorError) {
    let access = file.options.access
    let name = Names.type(message.name ?? "", suffix: "Message")
    printer.line()
    printer.documentation(file.comments.at(path, or: "`\(fullName.dropFirst())`"))
    try printer.block("\(access) struct \(name): Message") { printer throws(GeneratorError) in
      printer.documentation(["The name with its package."])
      printer.line("\(access) static let fullName = \"\(fullName.dropFirst())\"")
      try printNested(&printer)
      printProperties(&printer)
      printer.line()
      printer.documentation(["Fields that the definition does not know."])
      printer.line("\(access) var unknownFields = UnknownFields()")
      printer.line()
      printer.documentation(["Every field at its default."])
      printer.line("\(access) init() {}")
      printFieldNames(&printer)
      printDecoding(&printer)
      printEncoding(&printer)
    }
  }

  private func printNested(_ printer: inout Printer) throws(GeneratorError) {
    for (index, nested) in message.enumType.enumerated() {
      EnumGenerator(nested, scope: fullName, path: path + [4, Int32(index)], file: file)
        .print(&printer)
    }
    for (index, nested) in message.nestedType.enumerated() where nested.options?.mapEntry != true {
      try MessageGenerator(
        nested, scope: fullName, path: path + [3, Int32(index)], file: file
      ).print(&printer)
    }
  }

  private func printProperties(_ printer: inout Printer) {
    let access = file.options.access
    for field in fields {
      field.printProperty(&printer, access: access, documentation: documentation(field))
    }
    for oneof in oneofs {
      oneof.printDeclaration(
        &printer, access: access,
        documentation: file.comments.at(
          path + [8, oneof.index], or: "At most one of `\(oneof.protoName)`."),
        fieldDocumentation: documentation)
    }
  }

  private func documentation(_ field: Field) -> [String] {
    file.comments.at(path + [2, field.index], or: "`\(field.protoName) = \(field.number)`")
  }

  private func printFieldNames(_ printer: inout Printer) {
    printer.line()
    printer.documentation(["The name of a field in the definition."])
    printer.block("\(file.options.access) static func fieldName(_ number: Int) -> String?") {
      guard !fields.isEmpty else { return $0.line("nil") }
      $0.line("switch number {")
      for field in fields { $0.line("case \(field.number): \"\(field.protoName)\"") }
      $0.line("default: nil")
      $0.line("}")
    }
  }

  private func printDecoding(_ printer: inout Printer) {
    printer.line()
    printer.documentation(["Reads the value of `tag`."])
    printer.line("\(file.options.access) mutating func decodeField(")
    printer.line("  _ tag: WireTag, from reader: inout WireReader, in bytes: RawSpan")
    printer.block(") throws(DecodingError) -> Bool") { printer in
      guard !fields.isEmpty else { return printer.line("false") }
      printer.line("switch tag.field {")
      for field in fields {
        if let statement = field.decoding {
          printer.line("case \(field.number): \(statement)")
        } else if let oneof = oneofs.first(where: { field.shape == .oneof(Int($0.index)) }) {
          oneof.printDecoding(field, &printer)
        }
      }
      printer.line("default: return false")
      printer.line("}")
    }
  }

  private func printEncoding(_ printer: inout Printer) {
    printer.line()
    printer.documentation(["Writes all fields that are not at their default."])
    printer.block("\(file.options.access) func encodeFields(to writer: inout WireWriter)") {
      for field in fields { if let statement = field.encoding { $0.line(statement) } }
      for oneof in oneofs { oneof.printEncoding(&$0) }
      $0.line("writer.write(self.unknownFields)")
    }
  }
}
