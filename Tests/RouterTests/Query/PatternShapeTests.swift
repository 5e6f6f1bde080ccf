// SPDX-License-Identifier: Apache-2.0
import Router
import Testing

@Suite("A pattern")
struct PatternShapeTests {
  @Test(
    "that is a plain comparison becomes one",
    arguments: [
      (".*", .anything), (".*.*", .anything), (".+", .nonEmpty),
      ("", .literals([""])), ("web", .literals(["web"])), (#"a\.b\-c"#, .literals(["a.b-c"])),
      ("b|a|", .literals(["", "a", "b"])), ("(a|b)", .literals(["a", "b"])),
      ("web-(?:2|1).de", .other), (#"web-(?:2|1)\.de"#, .literals(["web-1.de", "web-2.de"])),
      ("()", .literals([""])), ("web.*", .prefix("web")), (#"web\..*"#, .prefix("web.")),
      (".*web", .suffix("web")), (".*web.*", .contains("web")), ("größe.*", .prefix("größe")),
    ] as [(String, PatternShape)])
  func plain(pattern: String, shape: PatternShape) {
    #expect(PatternShape(pattern) == shape)
  }

  @Test(
    "that is more, or none, stays as it is",
    arguments: [
      "a.b", "a+", "a?", "[ab]", "a{2}", "^a", "a$", #"\d"#, #"\bweb"#, #"a\.*"#, #"a\\.*"#, "(a",
      "a)", ")(", "(?i)a", "(?i:a)", "(a(b))", "(a)(b)", "a|(b|c)", "(a|b)*", #"a\"#, ".*a|b",
      "a.+",
      ".*?", "(?:a|b.*)", "(*UTF)a", #"\Qa\E"#, #"a\|b"#, #"\(a\)"#,
    ])
  func other(pattern: String) {
    #expect(PatternShape(pattern) == .other)
  }

  @Test("with very many literals stays as it is")
  func many() {
    let literals = (0...RouterLimits.patternLiteralsMax).map(String.init)
    #expect(PatternShape(literals.joined(separator: "|")) == .other)
    #expect(PatternShape(literals.dropLast().joined(separator: "|")) != .other)
  }
}
