// SPDX-License-Identifier: Apache-2.0
import Shard
import Testing

@testable import Router

/// What clients are told of their batches.
@Suite struct LinkSettlingTests {
  @Test("a batch is settled when the owner has applied it, and not before")
  func settlesWhenApplied() {
    var scene = LinkScene.live()
    scene.take(3, 7)
    scene.send()
    #expect(scene.frames.map(\.values) == [[0, 1, 2]])
    #expect(scene.settlements() == [])
    #expect(scene.sender.counters.pointsInFlight == 3)
    scene.apply()
    #expect(scene.settlements() == [Settlement(ticket: 7, outcome: .applied(rejections: []))])
    #expect(scene.settlements() == [])
    #expect(scene.sender.counters.pointsForwarded == 3)
    #expect(scene.sender.isIdle)
  }

  @Test("an empty batch is settled at once")
  func settlesEmpty() {
    var scene = LinkScene.live()
    scene.take(0, 7)
    #expect(scene.settlements() == [Settlement(ticket: 7, outcome: .applied(rejections: []))])
  }

  @Test("rejected rows come back in the numbers of their own batches")
  func mapsRejections() {
    var scene = LinkScene.live()
    scene.take(2, 1)
    scene.take(3, 2)
    scene.take(2, nil)
    scene.send()
    #expect(scene.frames.count == 1)
    scene.apply(rejecting: [1: .timeTooOld, 2: .seriesLimit, 4: .timeTooOld, 6: .timeTooNew])
    #expect(
      scene.settlements() == [
        Settlement(
          ticket: 1, outcome: .applied(rejections: [RowRejection(row: 1, reason: .timeTooOld)])),
        Settlement(
          ticket: 2,
          outcome: .applied(rejections: [
            RowRejection(row: 0, reason: .seriesLimit), RowRejection(row: 2, reason: .timeTooOld),
          ])),
      ])
    #expect(scene.sender.counters.pointsForwarded == 3)
    #expect(scene.sender.counters.pointsRejected == 3)
    #expect(scene.sender.counters.pointsGivenUp == 1)
  }

  @Test("batches wait a second for the first stream, then they are hinted")
  func waitsForFirstStream() {
    var scene = LinkScene()
    scene.take(2, 1)
    #expect(scene.tick() == .connect)
    #expect(scene.tick(after: 999) == .nothing)
    #expect(scene.settlements() == [])
    #expect(scene.tick(after: 1) == .nothing)
    #expect(scene.settlements() == [Settlement(ticket: 1, outcome: .hinted)])
    scene.take(1, 2)
    #expect(scene.settlements() == [Settlement(ticket: 2, outcome: .hinted)])
    #expect(scene.sender.counters.pointsHinted == 3)
    scene.open()
    scene.send()
    scene.applyAll()
    #expect(scene.sender.counters.pointsForwarded == 3)
    #expect(scene.settlements() == [])
  }

  @Test("a slow peer keeps no client waiting: what waits too long is hinted, and sent all the same")
  func slow() {
    var scene = LinkScene.live()
    for ticket in 1...3 {
      scene.take(1, LinkTicket(ticket))
      scene.send()
    }
    #expect(scene.tick() == .nothing)
    #expect(scene.tick(after: 600) == .nothing)
    scene.apply()
    #expect(scene.settlements() == [Settlement(ticket: 1, outcome: .applied(rejections: []))])
    #expect(scene.tick(after: 600) == .nothing)
    #expect(scene.sender.state == .live)
    #expect(
      scene.settlements() == [
        Settlement(ticket: 2, outcome: .hinted), Settlement(ticket: 3, outcome: .hinted),
      ])
    scene.apply()
    scene.apply()
    #expect(scene.settlements() == [] && scene.sender.counters.pointsForwarded == 3)
  }

  @Test("acks that do not come settle what is under way as hinted; late ones move counters only")
  func stalls() {
    var scene = LinkScene.live()
    scene.take(2, 1)
    scene.send()
    scene.take(1, 2)
    #expect(scene.tick(after: 1000) == .nothing)
    #expect(scene.sender.state == .stalled)
    #expect(
      scene.settlements() == [
        Settlement(ticket: 1, outcome: .hinted), Settlement(ticket: 2, outcome: .hinted),
      ])
    #expect(scene.next() == nil)
    scene.take(1, 3)
    #expect(scene.settlements() == [Settlement(ticket: 3, outcome: .hinted)])
    scene.apply(rejecting: [0: .timeTooOld])
    #expect(scene.sender.state == .live)
    #expect(scene.settlements() == [])
    #expect(scene.sender.counters.pointsForwarded == 1)
    #expect(scene.sender.counters.pointsGivenUp == 1)
    scene.send()
    scene.applyAll()
    #expect(scene.sender.counters.pointsForwarded == 3)
    scene.take(1, 4)
    scene.send()
    scene.apply()
    #expect(scene.settlements() == [Settlement(ticket: 4, outcome: .applied(rejections: []))])
  }

  @Test("a stream that is back within a second delays batches, and hints none")
  func bridgesShortGaps() {
    var scene = LinkScene.live()
    scene.take(2, 1)
    #expect(scene.sendIntoTheVoid() == [1])
    scene.drop()
    scene.take(1, 2)
    scene.reopen()
    scene.send()
    #expect(scene.frames.map(\.values) == [[0, 1], [2]])
    scene.applyAll()
    #expect(
      scene.settlements() == [
        Settlement(ticket: 1, outcome: .applied(rejections: [])),
        Settlement(ticket: 2, outcome: .applied(rejections: [])),
      ])
    #expect(scene.sender.counters.framesResent == 1)
  }

  @Test("a stream that stays away for a second hints what was under way, even to a quiet sender")
  func hintsLongGaps() {
    var scene = LinkScene.live()
    scene.take(2, 1)
    #expect(scene.sendIntoTheVoid() == [1])
    scene.drop()
    _ = scene.tick(after: 999)
    #expect(scene.settlements() == [])
    _ = scene.tick(after: 1)
    #expect(scene.settlements() == [Settlement(ticket: 1, outcome: .hinted)])
  }

  @Test("what neither the queue nor the hints can hold is shed, whole batches")
  func sheds() {
    let small = LinkSettings.of(.of("a"), hintBytesMax: 500, queueBytesMax: 500)
    var scene = LinkScene.live(sender: small)
    for ticket in 1...5 { scene.take(5, LinkTicket(ticket)) }
    let outcomes = scene.settlements()
    #expect(outcomes.map(\.ticket) == [2, 3, 4, 5])
    #expect(outcomes.map(\.outcome) == [.hinted, .shed, .shed, .shed])
    #expect(scene.sender.counters.pointsShed == 15)
    scene.take(5, nil)
    #expect(scene.sender.counters.pointsGivenUp == 5)
    scene.send()
    scene.applyAll()
    scene.send()
    scene.applyAll()
    #expect(scene.sender.counters.pointsForwarded == 10)
    #expect(scene.sender.isIdle)
  }

  @Test("points without ticket count as hinted until they are applied, and nobody is told")
  func countsTicketless() {
    var scene = LinkScene.live()
    scene.take(4, nil)
    #expect(scene.sender.counters.pointsHinted == 4)
    scene.send()
    #expect(scene.sender.counters.pointsHinted == 4)
    scene.apply()
    #expect(scene.sender.counters.pointsForwarded == 4)
    #expect(scene.settlements() == [])
  }
}
