// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing

@testable import RPC

@Suite("Percent encoding")
struct PercentEncodingTests {
  @Test(
    "leaves printable ASCII and escapes the rest",
    arguments: [
      ("plain text ~", "plain text ~"), ("100%", "100%25"), ("a\tb\r\n", "a%09b%0D%0A"),
      ("é☺", "%C3%A9%E2%98%BA"), ("\u{7F}", "%7F"), ("", ""),
    ])
  func encodes(text: String, encoded: String) {
    #expect(PercentEncoding.encode(text) == Array(encoded.utf8))
    #expect(PercentEncoding.decode(Array(encoded.utf8)) == text)
  }

  @Test(
    "is decoded leniently",
    arguments: [
      ("%", "%"), ("%4", "%4"), ("%4g", "%4g"), ("%%41", "%A"), ("%e2%98%ba", "☺"),
      ("a%FFb", "a\u{FFFD}b"), ("%C3", "\u{FFFD}"), ("50% off", "50% off"),
    ])
  func decodesLeniently(value: String, text: String) {
    #expect(PercentEncoding.decode(Array(value.utf8)) == text)
  }
}

@Suite("Base64")
struct Base64Tests {
  @Test(
    "is emitted unpadded and accepted both ways (RFC 4648, section 10)",
    arguments: [
      ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
      ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
    ])
  func vectors(text: String, encoded: String) {
    let padding = Array(repeating: UInt8(ascii: "="), count: (4 - encoded.utf8.count % 4) % 4)
    #expect(Base64.encode(Array(text.utf8)) == Array(encoded.utf8))
    #expect(Base64.decode(Array(encoded.utf8)) == Array(text.utf8))
    #expect(Base64.decode(Array(encoded.utf8) + padding) == Array(text.utf8))
  }

  @Test(
    "refuses what is no base64",
    arguments: ["A", "AAAAA", "Zg=", "Zg===", "====", "Z=g=", "Zm-v", "Zm_v", "Zm 9v", "=Zg="])
  func refuses(text: String) {
    #expect(Base64.decode(Array(text.utf8)) == nil)
  }

  @Test("gives all bytes back", arguments: 0..<50)
  func roundTrip(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let bytes = random.bytes(Int(seed) * 3)
    #expect(Base64.decode(Base64.encode(bytes)) == bytes)
  }
}
