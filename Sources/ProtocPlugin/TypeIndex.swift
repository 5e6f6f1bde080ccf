// SPDX-License-Identifier: Apache-2.0
internal import Protobuf

/// Every message and enumeration of a request, by full name with its leading dot, as fields refer
/// to them.
struct TypeIndex {
  /// How Swift spells each type, outer types included.
  private var swiftNames: [String: String] = [:]
  /// The messages that stand for a map's entries.
  private(set) var mapEntries: [String: DescriptorProto] = [:]
  /// The messages that each message holds in itself: neither repeated nor in a map.
  private var held: [String: Set<String>] = [:]

  init(_ files: [FileDescriptorProto]) {
    for file in files {
      let package = file.package.map { ".\($0)" } ?? ""
      for message in file.messageType { add(message, in: package, within: "") }
      for enumeration in file.enumType { add(enumeration, in: package, within: "") }
    }
  }

  /// How Swift spells the type that a field names.
  func swiftName(_ fullName: String) throws(GeneratorError) -> String {
    guard let name = swiftNames[fullName] else {
      throw GeneratorError("\(fullName) is not defined in the files given")
    }
    return name
  }

  /// Whether a value of `inner` may hold a value of `outer`, so that `outer` cannot hold it inline.
  func isRecursive(_ inner: String, in outer: String) -> Bool {
    var seen: Set<String> = []
    var open = [inner]
    while let next = open.popLast() {
      if next == outer { return true }
      guard seen.insert(next).inserted else { continue }
      open.append(contentsOf: held[next] ?? [])
    }
    return false
  }

  private mutating func add(_ message: DescriptorProto, in scope: String, within outer: String) {
    let fullName = "\(scope).\(message.name ?? "")"
    let swiftName = outer + Names.type(message.name ?? "", suffix: "Message")
    swiftNames[fullName] = swiftName
    if message.options?.mapEntry == true { mapEntries[fullName] = message }
    held[fullName] = Set(
      message.field.filter { $0.type == .message && $0.label != .repeated }.compactMap(\.typeName))
    for nested in message.nestedType { add(nested, in: fullName, within: swiftName + ".") }
    for nested in message.enumType { add(nested, in: fullName, within: swiftName + ".") }
  }

  private mutating func add(
    _ enumeration: EnumDescriptorProto, in scope: String, within outer: String
  ) {
    let name = enumeration.name ?? ""
    swiftNames["\(scope).\(name)"] = outer + Names.type(name, suffix: "Enum")
  }
}
