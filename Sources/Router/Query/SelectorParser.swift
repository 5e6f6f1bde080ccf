// SPDX-License-Identifier: Apache-2.0

/// Reads a selector as Prometheus does:
///
///     selector = name | [name] "{" [item {"," item} [","]] "}"
///     item     = label op string | string op string | string
///     op       = "=" | "!=" | "=~" | "!~"
///
/// A string without an operator is the metric's name. Strings are Go's: with escapes in `"` and
/// `'`, as they are in backquotes. Blanks and `#` comments stand anywhere between. Other than in
/// Prometheus unquoted names may have `.`, `-` and `/` behind their first character, as the names
/// that are usual here have.
struct SelectorParser {
  private(set) var matchers: [LabelMatcher] = []
  var scanner: SelectorScanner
  /// Where the metric's name was given by other means than a matcher.
  private var nameColumn: Int?

  init(_ text: String) { scanner = SelectorScanner(text) }

  mutating func parse() throws(SelectorError) {
    guard scanner.byteCount <= RouterLimits.selectorBytesMax else {
      throw SelectorError(
        "the selector has \(scanner.byteCount) bytes, more than \(RouterLimits.selectorBytesMax)",
        column: 1)
    }
    scanner.skipBlanks()
    if scanner.isAtNameStart(colons: true) {
      let column = scanner.column
      try add(name: scanner.takeName(colons: true), columns: [column])
      scanner.skipBlanks()
      if scanner.next == "{" { try braces() }
    } else if scanner.next == "{" {
      try braces()
    } else {
      throw scanner.unexpected("a metric's name or `{`")
    }
    scanner.skipBlanks()
    guard scanner.next == nil else { throw excess() }
    try checkNames()
  }

  private mutating func braces() throws(SelectorError) {
    scanner.advance()
    scanner.skipBlanks()
    while scanner.next != "}" {
      try item()
      scanner.skipBlanks()
      if scanner.next == "}" { break }
      guard scanner.next == "," else { throw scanner.unexpected("`,` or `}`") }
      scanner.advance()
      scanner.skipBlanks()
    }
    scanner.advance()
  }

  private mutating func item() throws(SelectorError) {
    let column = scanner.column
    if scanner.isAtQuote {
      let quoted = try scanner.takeString()
      guard !quoted.text.isEmpty else { throw SelectorError("a name is empty", column: column) }
      scanner.skipBlanks()
      if scanner.isAtOperation { return try condition(on: quoted.text) }
      return try add(name: quoted.text, columns: quoted.columns)
    }
    guard scanner.isAtNameStart(colons: false) else {
      throw scanner.unexpected("a label's name or `}`")
    }
    let label = scanner.takeName(colons: false)
    scanner.skipBlanks()
    try condition(on: label)
  }

  private mutating func condition(on label: String) throws(SelectorError) {
    guard let operation = scanner.takeOperation() else {
      throw scanner.unexpected("`=`, `!=`, `=~` or `!~`")
    }
    scanner.skipBlanks()
    guard scanner.isAtQuote else { throw scanner.unexpected("a value in quotes") }
    let value = try scanner.takeString()
    try add(LabelMatcher(label: label, operation, value.text, columns: value.columns))
  }

  private mutating func add(name: String, columns: [Int]) throws(SelectorError) {
    let column = columns.first ?? 1
    guard nameColumn == nil else { throw SelectorParser.nameRepeated(column) }
    nameColumn = column
    try add(LabelMatcher(label: Selector.nameLabel, .equal, name, columns: columns))
  }

  private mutating func add(_ matcher: LabelMatcher) throws(SelectorError) {
    guard matchers.count < RouterLimits.selectorMatchersMax else {
      throw SelectorError(
        "more than \(RouterLimits.selectorMatchersMax) matchers",
        column: matcher.columns.first ?? 1)
    }
    matchers.append(matcher)
  }

  /// A name given as such goes with no matcher of the name.
  private func checkNames() throws(SelectorError) {
    guard let nameColumn else { return }
    let others = matchers.filter { matcher in
      matcher.label == Selector.nameLabel && matcher.columns.first != nameColumn
    }
    if let other = others.first { throw SelectorParser.nameRepeated(other.columns.first ?? 1) }
  }

  private static func nameRepeated(_ column: Int) -> SelectorError {
    SelectorError("the metric's name is given twice", column: column)
  }

  private func excess() -> SelectorError {
    switch scanner.next {
    case "[":
      SelectorError(
        "a selector has no range: the span is asked for beside it (from, to, window)",
        column: scanner.column)
    case "(":
      SelectorError(
        "a selector has no functions: grouping and order are asked for beside it",
        column: scanner.column)
    default: scanner.unexpected("the end of the selector")
    }
  }
}
