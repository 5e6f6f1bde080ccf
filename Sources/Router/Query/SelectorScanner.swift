// SPDX-License-Identifier: Apache-2.0

/// The characters of a selector, one after the other, and the words made of them.
struct SelectorScanner {
  let byteCount: Int
  private let scalars: [Unicode.Scalar]
  private var position = 0

  init(_ text: String) {
    byteCount = text.utf8.count
    // A text that is far too long is refused anyway.
    scalars = Array(text.unicodeScalars.prefix(RouterLimits.selectorBytesMax))
  }

  /// The character that comes; nil: none does.
  var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  /// Of the character that comes, from 1.
  var column: Int { position + 1 }

  mutating func advance() { position += 1 }

  mutating func skipBlanks() {
    while let scalar = next {
      switch scalar {
      case " ", "\t", "\n", "\r": advance()
      case "#": while let scalar = next, scalar != "\n" { advance() }
      default: return
      }
    }
  }

  /// What stands where something else is expected.
  func unexpected(_ expected: String) -> SelectorError {
    guard let next else {
      return SelectorError("the selector ends where \(expected) is expected", column: column)
    }
    let isName = next.properties.isAlphabetic || next.properties.numericType != nil
    let hint = isName ? "; other names go in quotes" : ""
    return SelectorError(
      "\(SelectorScanner.shown(next)) where \(expected) is expected\(hint)", column: column)
  }

  private static func shown(_ scalar: Unicode.Scalar) -> String {
    scalar.properties.generalCategory == .control
      ? "U+\(String(scalar.value, radix: 16, uppercase: true))" : "`\(scalar)`"
  }

  // MARK: Names

  /// - Parameter colons: names of metrics may have them, those of labels may not.
  func isAtNameStart(colons: Bool) -> Bool {
    guard let next else { return false }
    return SelectorScanner.isLetter(next) || colons && next == ":"
  }

  /// - Parameter colons: as above.
  mutating func takeName(colons: Bool) -> String {
    var name = ""
    while let scalar = next {
      switch scalar {
      case ":" where colons, "0"..."9", ".", "-", "/": name.unicodeScalars.append(scalar)
      case _ where SelectorScanner.isLetter(scalar): name.unicodeScalars.append(scalar)
      default: return name
      }
      advance()
    }
    return name
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "_": true
    default: false
    }
  }

  // MARK: Operations

  var isAtOperation: Bool { next == "=" || next == "!" }

  mutating func takeOperation() -> LabelMatcher.Operation? {
    let second = position + 1 < scalars.count ? scalars[position + 1] : nil
    switch (next, second) {
    case ("=", "~"): return take(.matches, 2)
    case ("!", "~"): return take(.matchesNot, 2)
    case ("!", "="): return take(.notEqual, 2)
    case ("=", _): return take(.equal, 1)
    default: return nil
    }
  }

  private mutating func take(
    _ operation: LabelMatcher.Operation, _ count: Int
  ) -> LabelMatcher.Operation {
    position += count
    return operation
  }

  // MARK: Strings

  var isAtQuote: Bool { next == "\"" || next == "'" || next == "`" }

  /// A string, and the columns at which each of its bytes begins, and at which it ends.
  mutating func takeString() throws(SelectorError) -> (text: String, columns: [Int]) {
    let start = column
    guard let quote = next else { throw unexpected("a quote") }
    advance()
    var bytes: [UInt8] = []
    var columns: [Int] = []
    while let scalar = next, scalar != quote {
      if scalar == "\n", quote != "`" { break }
      let at = column
      if scalar == "\\", quote != "`" {
        bytes += try escape(in: quote)
      } else {
        bytes += UTF8.encode(scalar).map { Array($0) } ?? []
        advance()
      }
      columns += repeatElement(at, count: bytes.count - columns.count)
    }
    guard next == quote else {
      throw SelectorError("the string that begins here has no closing \(quote)", column: start)
    }
    columns.append(column)
    advance()
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SelectorError("the string that begins here is not UTF-8", column: start)
    }
    return (text, columns)
  }

  /// The bytes of a Go escape.
  private mutating func escape(in quote: Unicode.Scalar) throws(SelectorError) -> [UInt8] {
    let start = column
    advance()
    guard let scalar = next else { return [] }  // The string is not closed, which is said then.
    advance()
    switch scalar {
    case "a": return [0x07]
    case "b": return [0x08]
    case "f": return [0x0C]
    case "n": return [0x0A]
    case "r": return [0x0D]
    case "t": return [0x09]
    case "v": return [0x0B]
    case "\\": return [0x5C]
    case quote: return [UInt8(truncatingIfNeeded: quote.value)]
    case "x": return [UInt8(truncatingIfNeeded: try number(digits: 2, radix: 16, start))]
    case "u": return try encoded(number(digits: 4, radix: 16, start), start)
    case "U": return try encoded(number(digits: 8, radix: 16, start), start)
    case "0"..."7":
      position -= 1
      let value = try number(digits: 3, radix: 8, start)
      guard value <= 255 else {
        throw SelectorError("an octal escape is at most \\377", column: start)
      }
      return [UInt8(truncatingIfNeeded: value)]
    default:
      throw SelectorError(
        "no escape is \\\(SelectorScanner.shown(scalar).filter { $0 != "`" })"
          + "; a backslash is written \\\\, or as it is in backquotes", column: start)
    }
  }

  private mutating func number(
    digits: Int, radix: UInt32, _ start: Int
  ) throws(SelectorError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let scalar = next, scalar.isASCII,
        let digit = Character(scalar).hexDigitValue.map({ UInt32($0) }), digit < radix
      else {
        throw SelectorError("the escape needs \(digits) digits", column: start)
      }
      (value, _) = value.multipliedReportingOverflow(by: radix)
      value |= digit
      advance()
    }
    return value
  }

  private func encoded(_ value: UInt32, _ start: Int) throws(SelectorError) -> [UInt8] {
    guard let scalar = Unicode.Scalar(value), let units = UTF8.encode(scalar) else {
      throw SelectorError("the escape is no Unicode character", column: start)
    }
    return Array(units)
  }
}
