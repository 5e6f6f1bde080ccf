// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a pattern; offsets are in characters, from 0.
public enum GlobError: Error, Hashable, CustomStringConvertible {
  /// A `[` without its `]`.
  case setNotClosed(pattern: String, offset: Int)
  /// `[]` or `[!]`.
  case setEmpty(pattern: String, offset: Int)
  /// A range whose end comes before its beginning.
  case rangeReversed(pattern: String, offset: Int)
  /// A `\` with nothing behind it.
  case escapeAtEnd(pattern: String)
  /// More characters than ``ShardLimits/globCharactersMax``, not counting `*`.
  case tooLong(characters: Int)

  /// The fault in words.
  public var description: String {
    switch self {
    case .setNotClosed(let pattern, let offset):
      "glob \"\(pattern)\": the `[` at character \(offset) has no `]`"
    case .setEmpty(let pattern, let offset):
      "glob \"\(pattern)\": the set at character \(offset) is empty"
    case .rangeReversed(let pattern, let offset):
      "glob \"\(pattern)\": the range at character \(offset) ends before it begins"
    case .escapeAtEnd(let pattern):
      "glob \"\(pattern)\": nothing follows the last `\\`"
    case .tooLong(let characters):
      "a glob of \(characters) characters, more than \(ShardLimits.globCharactersMax)"
    }
  }
}

/// Turns a pattern into tokens and loops. Inside a set `\` escapes too, and a `-` at either end
/// stands for itself.
struct GlobParser {
  private let pattern: String
  private let scalars: [UInt32]
  private var offset = 0
  private(set) var tokens: [Glob.Token] = []
  private(set) var loops: UInt128 = 0

  init(_ pattern: String) {
    self.pattern = pattern
    scalars = pattern.unicodeScalars.map(\.value)
  }

  mutating func parse() throws(GlobError) {
    while offset < scalars.count {
      switch scalars[offset] {
      case "*":
        offset += 1
        loops |= 1 << UInt128(min(tokens.count, ShardLimits.globCharactersMax))
      case "?":
        offset += 1
        tokens.append(.any)
      case "[":
        tokens.append(try set())
      default:
        tokens.append(.literal(try literal()))
      }
    }
    if tokens.count > ShardLimits.globCharactersMax { throw .tooLong(characters: tokens.count) }
  }

  private mutating func literal() throws(GlobError) -> UInt32 {
    if scalars[offset] == "\\" {
      offset += 1
      if offset == scalars.count { throw .escapeAtEnd(pattern: pattern) }
    }
    offset += 1
    return scalars[offset - 1]
  }

  private mutating func set() throws(GlobError) -> Glob.Token {
    let start = offset
    offset += 1
    let negated = offset < scalars.count && scalars[offset] == "!"
    if negated { offset += 1 }
    var ranges: [ClosedRange<UInt32>] = []
    while offset < scalars.count, scalars[offset] != "]" {
      ranges.append(try range())
    }
    guard offset < scalars.count else { throw .setNotClosed(pattern: pattern, offset: start) }
    offset += 1
    if ranges.isEmpty { throw .setEmpty(pattern: pattern, offset: start) }
    return .set(ranges, negated: negated)
  }

  private mutating func range() throws(GlobError) -> ClosedRange<UInt32> {
    let start = offset
    let low = try literal()
    guard offset + 1 < scalars.count, scalars[offset] == "-", scalars[offset + 1] != "]" else {
      return low...low
    }
    offset += 1
    let high = try literal()
    if high < low { throw .rangeReversed(pattern: pattern, offset: start) }
    return low...high
  }
}

/// Lets a scalar value be compared with a character literal.
private func ~= (character: Unicode.Scalar, scalar: UInt32) -> Bool { character.value == scalar }
private func == (scalar: UInt32, character: Unicode.Scalar) -> Bool { character.value == scalar }
private func != (scalar: UInt32, character: Unicode.Scalar) -> Bool { character.value != scalar }
