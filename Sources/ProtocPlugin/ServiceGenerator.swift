// SPDX-License-Identifier: Apache-2.0
internal import Protobuf

/// Prints one service: its name, its file and its methods.
struct ServiceGenerator {
  let service: ServiceDescriptorProto
  let path: [Int32]
  let file: FileContext

  func print(_ printer: inout Printer) throws(GeneratorError) {
    let access = file.options.access
    let name = service.name ?? ""
    let fullName = "\(file.scope).\(name)".dropFirst()
    printer.line()
    printer.documentation(file.comments.at(path, or: "`\(fullName)`"))
    let type = file.options.servicePrefix + Names.type(name, suffix: "Service")
    try printer.block("\(access) enum \(type)") { printer throws(GeneratorError) in
      printer.documentation(["The name with its package."])
      printer.line("\(access) static let name = \"\(fullName)\"")
      if file.options.descriptor {
        printer.line()
        printer.documentation(["The file that defines it."])
        printer.line("\(access) static let file = FileDescriptorBytes.\(file.constant)")
      }
      for (index, method) in service.method.enumerated() {
        try self.print(method, path + [2, Int32(index)], &printer)
      }
    }
  }

  private func print(
    _ method: MethodDescriptorProto, _ path: [Int32], _ printer: inout Printer
  ) throws(GeneratorError) {
    let name = method.name ?? ""
    let request = try file.types.swiftName(method.inputType ?? "")
    let response = try file.types.swiftName(method.outputType ?? "")
    printer.line()
    printer.documentation(file.comments.at(path, or: "`\(name)`"))
    let constant = Names.method(name)
    printer.line(
      "\(file.options.access) static let \(constant) = RPCMethod<\(request), \(response)>(")
    printer.line(
      "  service: name, name: \"\(name)\", clientStreams: \(method.clientStreaming ?? false),")
    printer.line("  serverStreams: \(method.serverStreaming ?? false))")
  }
}
