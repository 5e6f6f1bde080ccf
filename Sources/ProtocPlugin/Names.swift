// SPDX-License-Identifier: Apache-2.0

/// Names of `.proto` files as Swift spells them.
enum Names {
  /// `points_received` as `pointsReceived`.
  static func property(_ name: String) -> String {
    escaped(lowerCamel(name), taken: takenMembers)
  }

  /// `message_request` as `MessageRequest`.
  static func type(_ name: String, suffix: String) -> String {
    let upper = upperCamel(name)
    return takenTypes.contains(upper) ? upper + suffix : upper
  }

  /// `REJECT_REASON_VALUE_NAN` of `RejectReason` as `valueNan`, if every value has the prefix.
  static func enumCases(_ names: [String], of enumeration: String) -> [String] {
    let prefix = words(enumeration).joined(separator: "_").uppercased() + "_"
    let short = names.map { String($0.dropFirst(prefix.count)) }
    let isPrefixed = names.allSatisfy { $0.hasPrefix(prefix) && $0.count > prefix.count }
    let isLegal = short.allSatisfy { $0.first?.isNumber == false }
    return (isPrefixed && isLegal ? short : names)
      .map { escaped(lowerCamel($0), taken: takenCases) }
  }

  /// The names, each that has occurred before followed by its number.
  static func distinct(_ names: [(name: String, number: Int32)]) -> [String] {
    var seen: Set<String> = []
    return names.map { name, number in
      let suffix = number < 0 ? "Minus\(number.magnitude)" : "\(number)"
      return seen.insert(name).inserted ? name : name.filter { $0 != "`" } + suffix
    }
  }

  /// `grpc/health/v1/health.proto` as `grpcHealthV1Health`.
  static func file(_ path: String) -> String {
    let stem = path.hasSuffix(".proto") ? String(path.dropLast(6)) : path
    return lowerCamel(String(stem.map { $0.isLetter || $0.isNumber ? $0 : "_" }))
  }

  /// A method's or service's constant: `PushPoints` as `pushPoints`.
  static func method(_ name: String) -> String {
    escaped(lowerCamel(name), taken: ["name", "file"])
  }

  private static func upperCamel(_ name: String) -> String {
    name.split(separator: "_").map { (part: Substring) -> String in
      let isShouting = part.count > 1 && part.allSatisfy { !$0.isLowercase }
      let rest = String(part.dropFirst())
      return part.prefix(1).uppercased() + (isShouting ? rest.lowercased() : rest)
    }.joined()
  }

  private static func lowerCamel(_ name: String) -> String {
    if !name.contains("_"), name.contains(where: \.isLowercase) {
      return name.prefix(1).lowercased() + name.dropFirst()
    }
    let upper = upperCamel(name)
    return upper.prefix(1).lowercased() + upper.dropFirst()
  }

  /// `RejectReason` as `Reject`, `Reason`.
  private static func words(_ name: String) -> [String] {
    var words: [String] = []
    for character in name {
      if character.isUppercase, words.last?.last?.isUppercase != true { words.append("") }
      if words.isEmpty { words.append("") }
      words[words.count - 1].append(character)
    }
    return words
  }

  private static func escaped(_ name: String, taken: Set<String>) -> String {
    if taken.contains(name) || name == "self" || name == "Type" { return name + "Field" }
    return keywords.contains(name) ? "`\(name)`" : name
  }

  private static let takenMembers: Set<String> = [
    "unknownFields", "hashValue", "hash", "encodedSize", "encoded", "encodeFields", "decodeField",
    "decodeFields", "merge",
  ]
  private static let takenCases: Set<String> = ["namedValues", "hash"]
  private static let takenTypes: Set<String> = [
    "Any", "Array", "Bool", "Dictionary", "Double", "Error", "Float", "Int", "Int32", "Int64",
    "Message", "Never", "Optional", "Protocol", "Result", "Self", "String", "Swift", "Type",
    "UInt32", "UInt64", "UInt8",
  ]
  private static let keywords: Set<String> = [
    "actor", "any", "as", "associatedtype", "break", "case", "catch", "class", "continue",
    "default", "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false",
    "fileprivate", "for", "func", "guard", "if", "import", "in", "init", "inout", "internal", "is",
    "let", "nil", "operator", "package", "precedencegroup", "private", "protocol", "public",
    "repeat", "rethrows", "return", "self", "some", "static", "struct", "subscript", "super",
    "switch", "throw", "throws", "true", "try", "typealias", "var", "where", "while",
  ]
}
