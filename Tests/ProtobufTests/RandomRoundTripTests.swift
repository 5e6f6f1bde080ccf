// SPDX-License-Identifier: Apache-2.0
import Protobuf
import TestKit
import Testing

@Suite("random bytes")
struct RandomRoundTripTests {
  private static let types: [any Message.Type] = [
    Singles.self, Optionals.self, Repeats.self, Choice.self, Maps.self, Nothing.self,
  ]

  @Test("what decodes is unchanged by another round", arguments: 0..<6)
  func idempotent(index: Int) throws {
    var random = SplitMix64(seed: UInt64(index))
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
