// SPDX-License-Identifier: Apache-2.0

/// Walks the labels of a line, `{name="value",...}`, as Prometheus writes them: blanks between the
/// parts and a comma behind the last label are allowed; in a value `\\`, `\"` and `\n` stand for a
/// backslash, a quote and a line feed. Pure and without allocation.
struct LabelScanner {
  /// One label; `value` as it is written, with its escapes.
  struct Label: Hashable {
    var name: Range<Int>
    var value: Range<Int>
  }

  /// Where the next part begins.
  private(set) var cursor: Int
  private let end: Int
  private var isFirst = true

  /// Begins behind the opening brace; the line ends at `end`.
  init(_ cursor: Int, end: Int) {
    self.cursor = cursor
    self.end = end
  }

  /// The next label; nil: the closing brace was read, and the cursor is behind it.
  ///
  /// - Throws: what is wrong, with the offset in `bytes`.
  mutating func next(_ bytes: Span<UInt8>) throws(LineProblem) -> Label? {
    skipBlanks(bytes)
    if !isFirst, take(UInt8(ascii: ","), bytes) { skipBlanks(bytes) }
    if take(UInt8(ascii: "}"), bytes) { return nil }
    if cursor == end { throw LineProblem(kind: .labelsOpen, offset: cursor) }
    if !isFirst, !isBehindComma(bytes) { throw problem(.labelMark(","), bytes) }
    isFirst = false
    let start = cursor
    while cursor < end, !isMark(bytes[cursor]), !LineParser.isBlank(bytes[cursor]) { cursor += 1 }
    let name = start..<cursor
    if name.isEmpty { throw problem(.labelNameMissing, bytes) }
    skipBlanks(bytes)
    guard take(UInt8(ascii: "="), bytes) else { throw problem(.labelMark("="), bytes) }
    skipBlanks(bytes)
    guard take(UInt8(ascii: "\""), bytes) else { throw problem(.labelMark("\""), bytes) }
    return Label(name: name, value: try value(bytes))
  }

  /// Up to the closing quote, which is read.
  private mutating func value(_ bytes: Span<UInt8>) throws(LineProblem) -> Range<Int> {
    let start = cursor
    while cursor < end {
      switch bytes[cursor] {
      case UInt8(ascii: "\""):
        cursor += 1
        return start..<cursor - 1
      case UInt8(ascii: "\\"):
        guard cursor + 1 < end, Self.unescaped(bytes[cursor + 1]) != nil else {
          throw problem(.labelEscape, bytes)
        }
        cursor += 2
      case 0: throw problem(.zeroByte, bytes)
      default: cursor += 1
      }
    }
    throw LineProblem(kind: .labelsOpen, offset: end)
  }

  /// What a byte behind a backslash stands for.
  static func unescaped(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\\"), UInt8(ascii: "\""): byte
    case UInt8(ascii: "n"): 0x0A
    default: nil
    }
  }

  /// A value, as ``next(_:)`` gave it, without its escapes.
  static func unescaped(_ range: Range<Int>, of source: Span<UInt8>) -> [UInt8] {
    var value: [UInt8] = []
    var index = range.lowerBound
    while index < range.upperBound {
      var byte = source[index]
      index += 1
      if byte == UInt8(ascii: "\\") {
        guard let plain = unescaped(source[index]) else {
          preconditionFailure("no value of a label that was read")
        }
        byte = plain
        index += 1
      }
      value.append(byte)
    }
    return value
  }

  private func problem(_ kind: LineProblem.Kind, _ bytes: Span<UInt8>) -> LineProblem {
    LineProblem(kind: cursor == end ? .labelsOpen : kind, offset: cursor)
  }

  private mutating func skipBlanks(_ bytes: Span<UInt8>) {
    while cursor < end, LineParser.isBlank(bytes[cursor]) { cursor += 1 }
  }

  private mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    guard cursor < end, bytes[cursor] == byte else { return false }
    cursor += 1
    return true
  }

  /// The last byte that is no blank is a comma.
  private func isBehindComma(_ bytes: Span<UInt8>) -> Bool {
    var index = cursor - 1
    while LineParser.isBlank(bytes[index]) { index -= 1 }
    return bytes[index] == UInt8(ascii: ",")
  }

  private func isMark(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "="), UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: "{"),
      UInt8(ascii: "}"), 0:
      true
    default: false
    }
  }
}
