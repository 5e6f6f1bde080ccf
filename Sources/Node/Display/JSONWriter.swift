// SPDX-License-Identifier: Apache-2.0

/// Writes JSON (RFC 8259) member by member; its own output is always well-formed.
///
/// Doubles are written with the fewest digits that read back as the same double. JSON has no
/// infinities and no NaN: they become null.
struct JSONWriter {
  /// What has been written so far.
  private(set) var text = ""
  private var isFirst = true

  /// Writes an object as the next value.
  mutating func object(_ members: (inout JSONWriter) -> Void) { enclosed("{", "}", members) }

  /// Writes one member of the object that is open.
  mutating func member(_ name: String, _ value: String) {
    key(name)
    text += Self.quoted(value)
  }

  /// Writes one member of the object that is open.
  mutating func member(_ name: String, _ value: some BinaryInteger) {
    key(name)
    text += String(value)
  }

  /// Writes one member of the object that is open.
  mutating func member(_ name: String, _ value: Double) {
    key(name)
    text += value.isFinite ? "\(value)" : "null"
  }

  /// Writes one member of the object that is open.
  mutating func member(_ name: String, _ value: Bool) {
    key(name)
    text += value ? "true" : "false"
  }

  /// Writes an object as a member of the object that is open.
  mutating func member(_ name: String, _ members: (inout JSONWriter) -> Void) {
    key(name)
    enclosed("{", "}", members)
  }

  /// Writes an array of objects as a member of the object that is open.
  mutating func member<Element>(
    _ name: String, objects: [Element], _ members: (Element, inout JSONWriter) -> Void
  ) {
    key(name)
    enclosed("[", "]") { array in
      for element in objects {
        if !array.isFirst { array.text += "," }
        array.enclosed("{", "}") { members(element, &$0) }
      }
    }
  }

  private mutating func enclosed(
    _ open: String, _ close: String, _ members: (inout JSONWriter) -> Void
  ) {
    text += open
    isFirst = true
    members(&self)
    isFirst = false
    text += close
  }

  private mutating func key(_ name: String) {
    if !isFirst { text += "," }
    isFirst = false
    text += Self.quoted(name) + ":"
  }

  /// The text as a JSON string.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
