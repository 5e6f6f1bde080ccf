// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

@testable import Node

@Suite("A regular expression")
struct RegularExpressionTests {
  private static func matches(_ pattern: RegularExpression, _ text: String) -> Bool {
    let matcher = pattern.makeMatcher()
    return Array(text.utf8).withUnsafeBytes { matcher.matches($0) }
  }

  @Test(
    "is of the whole text",
    arguments: [
      ("a|ab", "ab", true), ("a|ab", "abc", false), ("web[0-9]+", "web12", true),
      ("web[0-9]+", "web12\n", false), ("web[0-9]+$", "web12\n", false), ("a.b", "a\nb", true),
      ("(?i)WEB", "web", true), ("é.", "éü", true), (".", "😀", true), ("", "", true),
      ("a?", "", true), (#"\p{Lu}+"#, "ÄÖ", true), (#"\d+"#, "٣", false), ("x*?", "xxx", true),
    ])
  func matching(pattern: String, text: String, isMatch: Bool) throws {
    #expect(Self.matches(try RegularExpression(pattern), text) == isMatch)
  }

  @Test(
    "that is none is refused at its fault", arguments: [("(a", 2), ("a[b", 3), ("*", 0), ("é(", 3)])
  func malformed(pattern: String, offset: Int) throws {
    let error = #expect(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
    #expect(error?.offset == offset && error?.message.isEmpty == false)
  }

  @Test(
    "that back-tracks without end is given up soon",
    arguments: ["(a*)*[bc]", "(a|aa)+[bc]", "(a|a?)+[bc]", "(.*)*(.*)*(.*)*[bc]", #"(a+)+\1[bc]"#])
  func backTracking(pattern: String) throws {
    let expression = try RegularExpression(pattern)
    let matcher = expression.makeMatcher()
    let text = [UInt8](repeating: 0x61, count: 2000)
    let clock = ContinuousClock()
    let time = clock.measure {
      for _ in 0..<100_000 { #expect(!text.withUnsafeBytes { matcher.matches($0) }) }
    }
    #expect(expression.hasGivenUp)
    #expect(time < .seconds(10), "\(time)")
  }

  @Test("that is slow for every text is given up, too")
  func slow() throws {
    let expression = try RegularExpression("(a*)(a*)(a*)(a*)[bc]")
    let matcher = expression.makeMatcher()
    let text = [UInt8](repeating: 0x61, count: 40)
    for _ in 0..<100_000 where !expression.hasGivenUp {
      _ = text.withUnsafeBytes { matcher.matches($0) }
    }
    #expect(expression.hasGivenUp)
  }

  @Test("of bytes that are no UTF-8 does not match them")
  func invalid() throws {
    let matcher = try RegularExpression(".+").makeMatcher()
    #expect(![0xC3, 0x28, 0xFF].withUnsafeBytes { matcher.matches($0) })
    #expect(!matcher.matches(UnsafeRawBufferPointer(start: nil, count: 0)))
  }

  private static func pattern(_ random: inout SplitMix64, _ depth: Int) -> String {
    let parts = (0...random.int(in: 0...3)).map { _ in
      switch random.int(in: 0...(depth > 0 ? 8 : 5)) {
      case 0: "a"
      case 1: "b"
      case 2: "é"
      case 3: "."
      case 4: "[ab]"
      case 5: "[^a]"
      case 6: "(\(pattern(&random, depth - 1)))"
      case 7: "(?:\(pattern(&random, depth - 1)))?"
      default: "(\(pattern(&random, depth - 1))|\(pattern(&random, depth - 1)))*"
      }
    }
    return parts.map { $0 + ["", "", "", "?", "*", "+"][random.int(in: 0...5)] }
      .joined(separator: random.oneIn(4) ? "|" : "")
  }

  @Test("agrees with Swift's", arguments: 1...60 as ClosedRange<UInt64>)
  func twin(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var text = Self.pattern(&random, 1)
    text = text.replacing("?*", with: "*").replacing("*?", with: "*").replacing("*+", with: "*")
      .replacing("?+", with: "*").replacing("**", with: "*").replacing("??", with: "?")
    let twin = try Regex(text).dotMatchesNewlines()
    let expression = try RegularExpression(text)
    for _ in 0..<50 {
      let value = (0..<random.int(in: 0...6)).map { _ in
        ["a", "b", "é", "\n"][random.int(in: 0...3)]
      }.joined()
      let expected = value.wholeMatch(of: twin) != nil
      #expect(Self.matches(expression, value) == expected, "\(text) \(value)")
    }
  }
}
