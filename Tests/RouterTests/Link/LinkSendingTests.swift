// SPDX-License-Identifier: Apache-2.0
import Proto
import Shard
import Testing

@testable import Router

/// Which frames are sent when.
@Suite struct LinkSendingTests {
  @Test("batches that come together share a frame; each is wholly in one")
  func sharesFrames() {
    var scene = LinkScene.live()
    scene.take(3000, 1)
    scene.take(1000, 2)
    scene.take(97, 3)
    scene.send()
    #expect(scene.frames.map(\.values.count) == [4000, 97])
  }

  @Test("with four frames under way the open one waits to fill, until the next ack")
  func waitsToFill() {
    var scene = LinkScene.live()
    for ticket in 1...4 {
      scene.take(1, LinkTicket(ticket))
      scene.send()
    }
    #expect(scene.frames.count == 4)
    scene.take(1, 5)
    scene.take(1, 6)
    scene.send()
    #expect(scene.frames.count == 4)
    scene.take(4096, 7)
    scene.send()
    #expect(scene.frames.map(\.values.count) == [1, 1, 1, 1, 2])
    scene.apply()
    scene.send()
    #expect(scene.frames.map(\.values.count) == [1, 1, 1, 2, 4096])
  }

  @Test("no more bytes are under way than the peer gives credit for, but always one frame")
  func keepsCredit() {
    var scene = LinkScene.live(receiver: .of(.of("b"), creditBytes: 10))
    for ticket in 1...3 {
      scene.take(500, LinkTicket(ticket))
      scene.send()
    }
    #expect(scene.frames.count == 1)
    scene.apply()
    scene.send()
    #expect(scene.frames.map(\.values.count) == [1000])
  }

  @Test("no more bytes are under way than half of the queue's")
  func keepsQueueHalf() {
    var scene = LinkScene.live(sender: .of(.of("a"), queueBytesMax: 200_000))
    for ticket in 1...20 {
      scene.take(400, LinkTicket(ticket))
      scene.send()
      #expect(scene.sender.counters.bytesInFlight <= 100_000)
    }
    #expect(scene.frames.count > 1)
    #expect(scene.sender.counters.pointsQueued > 0)
  }

  @Test("frames with names of a full dictionary are followed by some of the next")
  func followsDictionaries() {
    let names = LinkNames { NameDictionary(number: $0, namesMax: 10) }
    var scene = LinkScene(sender: .of(.of("a")))
    scene.sender = LinkSender(
      .of(.of("a")), to: NodeID("b"), seed: 1, names: names)
    _ = scene.tick()
    scene.open()
    for ticket in 1...4 { scene.take(6, LinkTicket(ticket)) }
    #expect(scene.sender.recounted == scene.sender.counters)
    var dictionaries: [UInt32] = []
    while let message = scene.next() {
      dictionaries.append(frame(message)?.dictionary ?? 0)
      guard case .apply(let frame, let tag)? = try? scene.receiver.received(message, stream: 1)
      else {
        Issue.record("not taken")
        return
      }
      for row in 0..<frame.count {
        #expect(frame.name(row) == "m\(Int(frame.value(row)))")
      }
      scene.frames.append((frame.values, tag))
    }
    #expect(dictionaries == [1, 2, 3, 4])
    #expect(scene.frames.flatMap(\.values) == (0..<24).map(Double.init))
  }

  @Test("a new stream is told all names again")
  func tellsNamesAgain() {
    var scene = LinkScene.live()
    scene.take(8, 1)
    scene.send()
    scene.applyAll()
    scene.take(8, 2)
    _ = scene.sendIntoTheVoid()
    scene.drop()
    scene.reopen()
    scene.send()
    #expect(scene.frames.map(\.values.count) == [8])
  }

  @Test("waits double from 100 ms to 5 s, spread by a fifth, as the seed says")
  func backsOff() {
    func waits(_ seed: UInt64) -> [Int64] {
      var backoff = LinkBackoff(seed: seed)
      return (0..<8).map { _ in backoff.failed() }
    }
    #expect(waits(1) == waits(1))
    #expect(waits(1) != waits(2))
    for seed in 0..<50 as Range<UInt64> {
      for (wait, mean) in zip(waits(seed), [100, 200, 400, 800, 1600, 3200, 5000, 5000]) {
        #expect(abs(wait - Int64(mean)) * 5 <= Int64(mean))
      }
    }
    var backoff = LinkBackoff(seed: 1)
    for _ in 0..<5 { _ = backoff.failed() }
    backoff.succeeded()
    #expect(backoff.failed() <= 120)
  }

  @Test("a queue gives back in order what it was given, and never keeps more than half for nothing")
  func queues() {
    var queue = FIFO<Int>()
    var expected = 0
    for value in 0..<1000 {
      queue.append(value)
      guard value % 3 != 0 else { continue }
      #expect(queue.first == expected)
      #expect(queue[0] == expected)
      #expect(queue.popFirst() == expected)
      expected += 1
    }
    #expect(queue.count == 1000 - expected)
    while let value = queue.popFirst() {
      #expect(value == expected)
      expected += 1
    }
    #expect(expected == 1000)
    #expect(queue.isEmpty)
  }
}
