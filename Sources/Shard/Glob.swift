// SPDX-License-Identifier: Apache-2.0

/// A pattern over whole names: `*` any run of characters, `?` one, `[a-z]` and `[!a-z]` sets, `\`
/// takes the next character literally.
///
/// A character is a Unicode scalar. The pattern is an automaton with one state a character, all
/// states in one word (Baeza-Yates and Gonnet's Shift-And), so matching takes one step for each
/// character of the name, whatever the pattern: there is nothing to back-track.
public struct Glob: Sendable {
  /// One character of the pattern.
  enum Token: Sendable, Hashable {
    case any
    case literal(UInt32)
    case set([ClosedRange<UInt32>], negated: Bool)

    func matches(_ scalar: UInt32) -> Bool {
      switch self {
      case .any: true
      case .literal(let own): own == scalar
      case .set(let ranges, let negated): ranges.contains { $0.contains(scalar) } != negated
      }
    }
  }

  private let tokens: [Token]
  /// Bit `i`: a `*` stands behind `i` characters.
  private let loops: UInt128
  /// For each ASCII character, bit `i + 1` where token `i` matches it.
  private let asciiSteps: [UInt128]

  /// Compiles a pattern.
  ///
  /// - Throws: ``GlobError`` when a set is not closed, empty or reversed, a `\` ends the pattern,
  ///   or it has more than ``ShardLimits/globCharactersMax`` characters besides `*`.
  public init(_ pattern: String) throws(GlobError) {
    var parser = GlobParser(pattern)
    try parser.parse()
    tokens = parser.tokens
    loops = parser.loops
    var steps = [UInt128](repeating: 0, count: 128)
    for scalar in 0..<128 { steps[scalar] = Glob.step(tokens, UInt32(scalar)) }
    asciiSteps = steps
  }

  private static func step(_ tokens: [Token], _ scalar: UInt32) -> UInt128 {
    var step: UInt128 = 0
    for (index, token) in tokens.enumerated() where token.matches(scalar) {
      step |= 1 << UInt128(index + 1)
    }
    return step
  }

  /// Whether the pattern matches all of `name`, which is UTF-8. O(name) for ASCII, O(name x
  /// pattern) at worst.
  func matches(_ name: UnsafeRawBufferPointer) -> Bool {
    var states: UInt128 = 1
    var offset = 0
    while offset < name.count {
      let scalar = unsafe Glob.scalar(name, &offset)
      let step = scalar < 128 ? asciiSteps[Int(scalar)] : Glob.step(tokens, scalar)
      states = (states << 1) & step | states & loops
      if states == 0 { return false }
    }
    return states >> UInt128(tokens.count) & 1 == 1
  }

  /// Whether the pattern matches all of `name`.
  public func matches(_ name: String) -> Bool {
    var name = name
    return name.withUTF8 { unsafe matches(UnsafeRawBufferPointer($0)) }
  }

  /// The scalar at `offset`, which moves behind it. Admission let only UTF-8 in.
  private static func scalar(_ name: UnsafeRawBufferPointer, _ offset: inout Int) -> UInt32 {
    let lead = unsafe name[offset]
    offset += 1
    if lead < 0x80 { return UInt32(lead) }
    let following = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1
    var scalar = UInt32(lead) & (0x3F >> UInt32(following))
    for _ in 0..<following {
      scalar = unsafe scalar << 6 | UInt32(name[offset] & 0x3F)
      offset += 1
    }
    return scalar
  }
}
