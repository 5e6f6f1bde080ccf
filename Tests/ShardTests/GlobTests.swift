// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

@Suite("globs")
struct GlobTests {
  @Test(
    "match whole names",
    arguments: [
      ("cpu", "cpu", true), ("cpu", "cpu0", false), ("cpu*", "cpu0", true), ("*", "x", true),
      ("*.cpu", "host.cpu", true), ("*.cpu", "host.cpux", false), ("c?u", "cpu", true),
      ("c?u", "cu", false), ("[a-c]x", "bx", true), ("[a-c]x", "dx", false),
      ("[!a-c]x", "dx", true), ("[!a-c]x", "ax", false), ("\\*", "*", true), ("\\*", "x", false),
      ("[\\]]", "]", true), ("[a-]", "-", true), ("[-a]", "-", true), ("a**b", "ab", true),
      ("?", "é", true), ("[à-ï]", "é", true), ("[!a]", "😀", true), ("*😀", "a😀", true),
      ("a]", "a]", true), ("[ab]*[cd]", "axxd", true), ("[ab]*[cd]", "axxe", false),
    ])
  func examples(pattern: String, name: String, matches: Bool) throws {
    #expect(try Glob(pattern).matches(name) == matches)
  }

  @Test("say what is wrong with a pattern")
  func errors() {
    #expect(throws: GlobError.setNotClosed(pattern: "x[a", offset: 1)) { try Glob("x[a") }
    #expect(throws: GlobError.setNotClosed(pattern: "[", offset: 0)) { try Glob("[") }
    #expect(throws: GlobError.setEmpty(pattern: "[]", offset: 0)) { try Glob("[]") }
    #expect(throws: GlobError.setEmpty(pattern: "[!]", offset: 0)) { try Glob("[!]") }
    #expect(throws: GlobError.rangeReversed(pattern: "[z-a]", offset: 1)) { try Glob("[z-a]") }
    #expect(throws: GlobError.escapeAtEnd(pattern: "a\\")) { try Glob("a\\") }
    #expect(throws: GlobError.escapeAtEnd(pattern: "[\\")) { try Glob("[\\") }
    let long = String(repeating: "?", count: ShardLimits.globCharactersMax)
    #expect(throws: GlobError.tooLong(characters: 128)) { try Glob(long + "x*") }
    #expect((try? Glob("*" + long + "*"))?.matches(long) == true)
  }

  /// Matches by trying every length for each `*`.
  private static func naive(_ pattern: Substring, _ name: Substring) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    let rest = pattern.dropFirst()
    switch first {
    case "*":
      return name.indices.contains { naive(rest, name[$0...]) } || naive(rest, "")
    case "?":
      return !name.isEmpty && naive(rest, name.dropFirst())
    case "[":
      guard let end = rest.firstIndex(of: "]"), let character = name.first else { return false }
      let isNegated = rest.first == "!"
      let set = rest[..<end].dropFirst(isNegated ? 1 : 0)
      return set.contains(character) != isNegated
        && naive(rest[end...].dropFirst(), name.dropFirst())
    default:
      return name.first == first && naive(rest, name.dropFirst())
    }
  }

  @Test("agree with a naive twin", arguments: 1...10 as ClosedRange<UInt64>)
  func twin(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let parts = ["*", "*", "?", "a", "b", "é", "[ab]", "[!b]", "[é]"]
    let letters = ["a", "b", "c", "é"]
    for _ in 0..<300 {
      let pattern = (0..<random.int(in: 0...7)).map { _ in parts[random.int(in: 0...8)] }.joined()
      let name = (0..<random.int(in: 0...9)).map { _ in letters[random.int(in: 0...3)] }.joined()
      #expect(
        try Glob(pattern).matches(name) == Self.naive(pattern[...], name[...]),
        "\(pattern) on \(name)")
    }
  }

  @Test("take no longer for patterns made to explode")
  func explosive() throws {
    let glob = try Glob(String(repeating: "*a", count: 100) + "*b")
    #expect(!glob.matches(String(repeating: "a", count: 1024)))
  }
}
