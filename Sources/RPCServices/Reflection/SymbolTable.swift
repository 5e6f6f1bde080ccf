// SPDX-License-Identifier: Apache-2.0
internal import Protobuf

/// Where each name of a set of files is defined.
///
/// Names are full, without a leading dot: types, fields, oneofs, services, methods, extensions; an
/// enum's values lie beside the enum, as in C++.
struct SymbolTable: Sendable {
  /// File names by symbol.
  private(set) var files: [String: String] = [:]
  /// Extending files by number, by the full name of each message.
  private(set) var extensions: [String: [Int32: String]] = [:]
  private var file = ""

  /// Indexes `files`. A file that is no descriptor is a bug of the generator, and traps.
  init(_ files: [FileDescriptorBytes]) {
    for file in files {
      self.file = file.name
      do {
        add(try FileDescriptorProto(decoding: file.bytes))
      } catch {
        preconditionFailure("\(file.name) is no file descriptor: \(error)")
      }
    }
  }

  private mutating func add(_ descriptor: FileDescriptorProto) {
    let scope = descriptor.package ?? ""
    for message in descriptor.messageType { add(message, scope) }
    for value in descriptor.enumType { add(value, scope) }
    for value in descriptor.extension { addExtension(value, scope) }
    for service in descriptor.service {
      let name = add(service.name, scope)
      for method in service.method { add(method.name, name) }
    }
  }

  private mutating func add(_ message: DescriptorProto, _ scope: String) {
    let name = add(message.name, scope)
    extensions[name, default: [:]] = extensions[name] ?? [:]
    for field in message.field { add(field.name, name) }
    for oneof in message.oneofDecl { add(oneof.name, name) }
    for nested in message.nestedType { add(nested, name) }
    for value in message.enumType { add(value, name) }
    for value in message.extension { addExtension(value, name) }
  }

  private mutating func add(_ enumeration: EnumDescriptorProto, _ scope: String) {
    add(enumeration.name, scope)
    for value in enumeration.value { add(value.name, scope) }
  }

  private mutating func addExtension(_ field: FieldDescriptorProto, _ scope: String) {
    add(field.name, scope)
    let extended = field.extendee.map { String($0.trimmingPrefix(".")) } ?? ""
    extensions[extended, default: [:]][field.number ?? 0] = file
  }

  @discardableResult
  private mutating func add(_ name: String?, _ scope: String) -> String {
    let full = scope.isEmpty ? name ?? "" : "\(scope).\(name ?? "")"
    files[full] = file
    return full
  }
}
