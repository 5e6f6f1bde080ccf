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
      try Self.types[index].expectStable(bytes)
      decoded += (try? Self.types[index].init(decoding: bytes)) == nil ? 0 : 1
    }
    #expect(decoded > 100)
  }
}
