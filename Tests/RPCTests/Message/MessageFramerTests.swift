// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing

@testable import RPC

@Suite("The framer")
struct MessageFramerTests {
  @Test("writes what the deframer reads", arguments: Encoding.allCases, [0, 1, 45, 100_000])
  func roundTrip(encoding: Encoding, length: Int) throws {
    var random = SplitMix64(seed: UInt64(length))
    let messages = [random.text(length), random.bytes(length)]
    var stream: [UInt8] = []
    let codecs = Codecs()
    for message in messages {
      try MessageFramer.append(message, encoding: encoding, codecs: codecs, to: &stream)
    }
    #expect(deframe([stream], encoding: encoding).messages.map(\.bytes) == messages)
  }

  @Test("marks a message that shrinks as compressed", arguments: compressions)
  func shrinks(encoding: Encoding) throws {
    var stream: [UInt8] = []
    try MessageFramer.append(
      Array(repeating: 7, count: 1_000), encoding: encoding, codecs: Codecs(), to: &stream)
    #expect(stream[0] == 1)
    #expect(stream.count < 200)
  }

  @Test("stores a message that does not shrink", arguments: compressions)
  func stored(encoding: Encoding) throws {
    var random = SplitMix64(seed: 1)
    let message = random.bytes(1_000)
    var stream: [UInt8] = [42]
    try MessageFramer.append(message, encoding: encoding, codecs: Codecs(), to: &stream)
    #expect(stream == [42] + framed(message))
  }
}
