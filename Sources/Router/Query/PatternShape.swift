// SPDX-License-Identifier: Apache-2.0

/// What a regular expression over a whole text comes to, where that is a plain comparison.
///
/// Most patterns that people write are `prefix.*` or `a|b|c`; compared as bytes they cost a tenth,
/// and names that are known make a question a look-up. A `.` is any character, line feeds included.
public enum PatternShape: Sendable, Hashable {
  /// `.*`
  case anything
  /// `.+`
  case nonEmpty
  /// `a`, `a|b`, `web-(a|b)`: exactly these, in order of their bytes.
  case literals([String])
  /// `a.*`
  case prefix(String)
  /// `.*a`
  case suffix(String)
  /// `.*a.*`
  case contains(String)
  /// Something else: it must be matched as it is.
  case other

  /// The shape of a pattern; ``other`` for one that is not valid. O(bytes), and those of the
  /// literals, at most ``RouterLimits/patternLiteralsMax``.
  public init(_ pattern: String) {
    self = PatternShape.wildcards(pattern) ?? PatternShape.alternation(pattern) ?? .other
  }

  /// A literal with `.*` at either end, or `.+` alone.
  private static func wildcards(_ pattern: String) -> PatternShape? {
    if pattern == ".+" { return .nonEmpty }
    var middle = Substring(pattern)
    let isOpenBefore = middle.hasPrefix(".*")
    if isOpenBefore { middle = middle.dropFirst(2) }
    // In `a\.*` the `*` is of a literal dot.
    let isOpenBehind = middle.hasSuffix(".*") && !middle.hasSuffix("\\.*")
    if isOpenBehind { middle = middle.dropLast(2) }
    guard isOpenBefore || isOpenBehind, let literal = literal(middle) else { return nil }
    switch (isOpenBefore, isOpenBehind) {
    case _ where literal.isEmpty: return .anything
    case (true, true): return .contains(literal)
    case (true, false): return .suffix(literal)
    default: return .prefix(literal)
    }
  }

  /// Literals between `|`, all of them or within one group.
  private static func alternation(_ pattern: String) -> PatternShape? {
    guard let open = pattern.firstIndex(of: "(") else {
      return literals(Substring(pattern), "", "")
    }
    guard let close = pattern.lastIndex(of: ")"), open < close,
      let before = literal(pattern[..<open]),
      let behind = literal(pattern[pattern.index(after: close)...])
    else { return nil }
    var inner = pattern[pattern.index(after: open)..<close]
    if inner.hasPrefix("?:") { inner = inner.dropFirst(2) }
    return literals(inner, before, behind)
  }

  private static func literals(
    _ alternatives: Substring, _ before: String, _ behind: String
  ) -> PatternShape? {
    let parts = alternatives.split(separator: "|", omittingEmptySubsequences: false)
    guard parts.count <= RouterLimits.patternLiteralsMax else { return nil }
    var texts: [String] = []
    for part in parts {
      guard let text = literal(part) else { return nil }
      texts.append(before + text + behind)
    }
    return .literals(texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
  }

  /// The text that a pattern without operators stands for; nil for any other pattern.
  private static func literal(_ pattern: Substring) -> String? {
    var text = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in pattern.unicodeScalars {
      if isEscaped {
        // Before letters and digits a backslash makes classes and references.
        guard scalar.isASCII, scalar.value > 0x20, !scalar.properties.isAlphabetic,
          scalar.properties.numericType == nil
        else { return nil }
        text.append(scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else if ".+*?()|[]{}^$".unicodeScalars.contains(scalar) {
        return nil
      } else {
        text.append(scalar)
      }
    }
    return isEscaped ? nil : String(text)
  }
}
