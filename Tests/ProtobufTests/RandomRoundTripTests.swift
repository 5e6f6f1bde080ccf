// SPDX-License-Identifier: Apache-2.0
import Protobuf
import Testing

@Suite("random bytes")
struct RandomRoundTripTests {
  private static let types: [any Message.Type] = [
    Singles.self, Optionals.self, Repeats.self, Choice.self, Maps.self, Nothing.self,
  ]

  @Test("what decodes is unchanged by another round", arguments: 0..<6)
  func idempotent(index: Int) throws {
    var random = SeededRandom(UInt64(index))
    var decoded = 0
    for _ in 0..<4000 {
      let count = Int.random(in: 0...40, using: &random)
      var bytes = (0..<count).map { _ in UInt8.random(in: 0...0xFF, using: &random) }
      // Small numbers are likelier to be tags of known fields.
      for place in stride(from: 0, to: count, by: 2) { bytes[place] &= 0x3F }
      decoded += try check(Self.types[index], bytes) ? 1 : 0
    }
    #expect(decoded > 100)
  }

  private func check<M: Message>(_ type: M.Type, _ bytes: [UInt8]) throws -> Bool {
    guard let message = try? M(decoding: bytes) else { return false }
    let encoded = message.encoded()
    #expect(encoded.count == message.encodedSize)
    let again = try M(decoding: encoded)
    #expect(again.encodedSize == encoded.count, "\(bytes)")
    return true
  }
}

/// Knuth's linear congruence, its high half: the same numbers for the same seed.
private struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &+ 1 }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state << 32 | state >> 32
  }
}
