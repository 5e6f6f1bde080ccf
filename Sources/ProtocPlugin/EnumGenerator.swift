// SPDX-License-Identifier: Apache-2.0
internal import Protobuf

/// Prints one enumeration.
struct EnumGenerator {
  private let enumeration: EnumDescriptorProto
  private let fullName: String
  private let path: [Int32]
  private let file: FileContext

  init(_ enumeration: EnumDescriptorProto, scope: String, path: [Int32], file: FileContext) {
    self.enumeration = enumeration
    self.fullName = "\(scope).\(enumeration.name ?? "")"
    self.path = path
    self.file = file
  }

  func print(_ printer: inout Printer) {
    let access = file.options.access
    let type = Names.type(enumeration.name ?? "", suffix: "Enum")
    let protoNames = enumeration.value.map { $0.name ?? "" }
    let numbers = enumeration.value.map { $0.number ?? 0 }
    let shortNames = Names.enumCases(protoNames, of: enumeration.name ?? "")
    let cases = Names.distinct(Array(zip(shortNames, numbers)))
    printer.line()
    printer.documentation(file.comments.at(path, or: "`\(fullName.dropFirst())`"))
    printer.block("\(access) struct \(type): OpenEnum") { printer in
      printer.documentation(["The number."])
      printer.line("\(access) let rawValue: Int32")
      printer.line()
      printer.documentation(["The value with this number, named or not."])
      printer.line("\(access) init(rawValue: Int32) { self.rawValue = rawValue }")
      for index in enumeration.value.indices {
        printer.line()
        printer.documentation(
          file.comments.at(path + [2, Int32(index)], or: "`\(protoNames[index])`"))
        printer.line(
          "\(access) static var \(cases[index]): \(type) { \(type)(rawValue: \(numbers[index])) }")
      }
      printNames(&printer, type: type, cases: cases)
    }
  }

  private func printNames(_ printer: inout Printer, type: String, cases: [String]) {
    var seen: Set<Int32> = []
    let distinct = enumeration.value.indices.filter {
      seen.insert(enumeration.value[$0].number ?? 0).inserted
    }
    printer.line()
    printer.documentation(["The values that have a name."])
    printer.block("\(file.options.access) static var namedValues: [\(type)]") {
      $0.line("[\(distinct.map { ".\(cases[$0])" }.joined(separator: ", "))]")
    }
    printer.line()
    printer.documentation(["The name in the definition."])
    printer.block("\(file.options.access) var name: String?") { printer in
      printer.line("switch rawValue {")
      for index in distinct {
        let value = enumeration.value[index]
        printer.line("case \(value.number ?? 0): \"\(value.name ?? "")\"")
      }
      printer.line("default: nil")
      printer.line("}")
    }
  }
}
