// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing

@testable import RPC

@Suite("Skipped streams")
struct SkippedStreamsTests {
  @Test("cannot be opened later")
  func skipped() {
    var streams = SkippedStreams()
    #expect(streams.headersReceived(on: 5) == .opensStream)
    #expect(streams.headersReceived(on: 3) == .protocolError)
    #expect(streams.headersReceived(on: 1) == .protocolError)
    #expect(streams.headersReceived(on: 5) == .belongsToOpened)
    #expect(streams.headersReceived(on: 7) == .opensStream)
    #expect(streams.headersReceived(on: 9) == .opensStream)
    #expect(streams.headersReceived(on: 7) == .belongsToOpened)
  }

  @Test(
    "do not include those of even ids, which clients never open",
    arguments: [0, 2, 100] as [UInt32])
  func even(id: UInt32) {
    var streams = SkippedStreams()
    #expect(streams.headersReceived(on: 101) == .opensStream)
    #expect(streams.headersReceived(on: id) == .protocolError)
  }

  @Test("work up to the last id there is")
  func lastID() {
    var streams = SkippedStreams()
    #expect(streams.headersReceived(on: 0x7FFF_FFFF) == .opensStream)
    #expect(streams.headersReceived(on: 0x7FFF_FFFD) == .protocolError)
  }

  @Test("are forgotten, oldest first, when there are too many gaps")
  func bounded() {
    var streams = SkippedStreams()
    let gaps = UInt32(Limits.skippedRangesMax)
    for gap in 0...gaps { #expect(streams.headersReceived(on: 3 + 4 * gap) == .opensStream) }
    #expect(streams.headersReceived(on: 1) == .belongsToOpened)
    #expect(streams.headersReceived(on: 5) == .protocolError)
    #expect(streams.headersReceived(on: 4 * gaps + 1) == .protocolError)
  }

  @Test("are what a set of all opened ids would say", arguments: 0..<50)
  func twin(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var streams = SkippedStreams()
    var opened: Set<UInt32> = []
    for _ in 0..<60 {
      let id = UInt32.random(in: 0..<200, using: &random)
      let expected: SkippedStreams.OnHeaders =
        if id % 2 == 0 {
          .protocolError
        } else if id > opened.max() ?? 0 {
          .opensStream
        } else {
          opened.contains(id) ? .belongsToOpened : .protocolError
        }
      if expected == .opensStream { opened.insert(id) }
      #expect(streams.headersReceived(on: id) == expected)
    }
  }
}
