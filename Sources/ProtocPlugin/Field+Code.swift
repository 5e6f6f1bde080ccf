// SPDX-License-Identifier: Apache-2.0

extension Field {
  /// The property that holds the field; none for a oneof's, which share one.
  func printProperty(_ printer: inout Printer, access: String, documentation: [String]) {
    guard let declaration else { return }
    printer.line()
    printer.documentation(documentation)
    guard shape == .optional(isIndirect: true) else {
      printer.line("\(access) var \(name): \(declaration)")
      return
    }
    printer.block("\(access) var \(name): \(type)?") { printer in
      printer.line("get { \(stored)?.value }")
      printer.line("set { \(stored) = newValue.map(Indirect.init) }")
    }
    printer.line("private var \(stored): Indirect<\(type)>?")
  }

  private var declaration: String? {
    switch shape {
    case .implicit: "\(type) = \(zero)"
    case .optional: "\(type)?"
    case .repeated: "[\(type)] = []"
    case .map(let keyType, _): "[\(keyType): \(type)] = [:]"
    case .oneof: nil
    }
  }

  /// Where an indirect field lies.
  private var stored: String { "_" + name.filter { $0 != "`" } }

  /// The statement after `case N:` in `decodeField`; nil for a oneof's.
  var decoding: String? {
    let rest = "\(codecArguments), tag, bytes)"
    return switch shape {
    case .implicit: "return try reader.decode(&self.\(name), \(rest)"
    case .optional: "return try reader.decodeOptional(&self.\(name), \(rest)"
    case .repeated: "return try reader.decodeRepeated(&self.\(name), \(rest)"
    case .map: "return try reader.decodeMap(&self.\(name), \(rest)"
    case .oneof: nil
    }
  }

  private var codecArguments: String {
    if case .map(_, let keyCodec) = shape { return "key: \(keyCodec).self, value: \(codec).self" }
    return "as: \(codec).self"
  }

  /// The statement in `encodeFields`; nil for a oneof's.
  var encoding: String? {
    let rest = "\(codecArguments), field: \(number))"
    return switch shape {
    case .implicit: "writer.writeUnlessZero(self.\(name), \(rest)"
    case .optional: "writer.writeOptional(self.\(name), \(rest)"
    case .repeated(isPacked: false): "writer.writeRepeated(self.\(name), \(rest)"
    case .repeated(isPacked: true): "writer.writePacked(self.\(name), \(rest)"
    case .map: "writer.writeMap(self.\(name), \(rest)"
    case .oneof: nil
    }
  }
}
