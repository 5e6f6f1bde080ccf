// SPDX-License-Identifier: Apache-2.0
import Proto
import Shard
import Testing

@testable import Router

/// What is kept for a peer that is away.
@Suite struct LinkHintTests {
  @Test("hints are sent when the peer is back, on a lane of their own")
  func sendsHints() {
    var scene = LinkScene.away()
    for ticket in 1...3 { scene.take(2, LinkTicket(ticket)) }
    scene.reopen()
    let message = scene.next().flatMap(frame)
    #expect(message?.lane == .hint)
    #expect(message?.sequence == 1)
    #expect(message?.dictionary == 0)
    #expect(message?.rows == 6)
  }

  @Test("fresh points do not wait for hints, nor hints for fresh points")
  func mixesLanes() {
    var scene = LinkScene.away()
    for ticket in 1...3 { scene.take(4096, LinkTicket(ticket)) }
    scene.reopen()
    for ticket in 4...6 { scene.take(4096, LinkTicket(ticket)) }
    var lanes: [LinkLane] = []
    while let message = scene.next() { lanes.append(frame(message)?.lane ?? .live) }
    #expect(lanes == [.hint, .live, .live, .live, .hint, .hint])
  }

  @Test("hints that have left the window are given up")
  func expires() {
    var scene = LinkScene.away()
    scene.take(2, 1)
    _ = scene.tick(after: 59_000)
    scene.take(1, 2)
    #expect(scene.sender.counters.pointsGivenUp == 0)
    _ = scene.tick(after: 60_000)
    #expect(scene.sender.counters.pointsGivenUp == 3)
    #expect(scene.sender.counters.bytesHinted == 0)
    #expect(scene.sender.isIdle)
  }

  @Test("frames that left the window between streams are given up, and their numbers passed over")
  func expiresInFlight() {
    var scene = LinkScene.live()
    scene.take(2, 1)
    #expect(scene.sendIntoTheVoid() == [1])
    scene.drop()
    scene.now = scene.now + 100_000
    scene.waitForConnect()
    #expect(scene.sender.counters.pointsGivenUp == 2)
    scene.open()
    scene.take(1, 2)
    scene.send()
    scene.apply()
    #expect(scene.sender.counters.pointsForwarded == 1)
    #expect(scene.receiver.lanes.live.taken == 2)
  }

  @Test("a peer that is no owner any more has its points taken off, but not those under way")
  func surrenders() throws {
    var scene = LinkScene.live()
    scene.take(1, 1)
    scene.send()
    scene.take(2, 2)
    _ = scene.tick(after: 1000)
    scene.take(3, 3)
    #expect(scene.settlements().count == 3)
    var decoder = FrameDecoder()
    var rows: [Double] = []
    for hint in scene.sender.surrender() {
      let frame = try decoder.decode(
        hint.body.span.bytes, rows: UInt32(hint.rows), dictionary: 0)
      rows += frame.values
    }
    #expect(rows.sorted() == [1, 2, 3, 4, 5])
    #expect(scene.sender.counters.pointsSurrendered == 5)
    #expect(scene.sender.counters.pointsHinted == 1)
    #expect(!scene.sender.isIdle)
    scene.apply()
    #expect(scene.sender.isIdle)
    #expect(scene.sender.surrender() == [])
  }

  @Test("batches that are surrendered unsettled are settled as hinted")
  func surrendersUnsettled() {
    var scene = LinkScene.live()
    scene.take(2, 2)
    #expect(scene.sender.surrender().map(\.rows) == [2])
    #expect(scene.settlements() == [Settlement(ticket: 2, outcome: .hinted)])
  }

  @Test("what was under way to a peer that left for good is given up")
  func abandons() {
    var scene = LinkScene.live()
    scene.take(2, 1)
    scene.send()
    scene.drop()
    scene.sender.abandon()
    #expect(scene.settlements() == [Settlement(ticket: 1, outcome: .hinted)])
    #expect(scene.sender.counters.pointsGivenUp == 2)
    #expect(scene.sender.counters.bytesInFlight == 0)
    #expect(scene.sender.isIdle)
  }

  @Test("hints stay within their bytes, and their room is free again when they are acked")
  func boundsHints() {
    var scene = LinkScene.away(sender: .of(.of("a"), hintBytesMax: 20_000))
    var ticket: LinkTicket = 0
    repeat {
      ticket += 1
      scene.take(100, ticket)
      #expect(scene.sender.counters.bytesHinted <= 20_000)
    } while scene.settlements() == [Settlement(ticket: ticket, outcome: .hinted)]
    #expect(ticket > 5)
    scene.reopen()
    scene.send()
    #expect(scene.sender.counters.bytesHinted > 0)
    scene.applyAll()
    #expect(scene.sender.counters.bytesHinted == 0)
    #expect(scene.sender.counters.pointsForwarded == 100 * Int(ticket - 1))
  }
}
