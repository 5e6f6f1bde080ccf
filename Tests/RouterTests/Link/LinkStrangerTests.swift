// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Shard
import TestKit
import Testing

@testable import Router

/// A peer may say what it likes: it is refused, or nothing happens.
@Suite struct LinkStrangerTests {
  /// Some bytes of a message changed, cut off or added.
  static func changed(_ message: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var message = message
    for _ in 0..<random.int(in: 1...4) {
      switch random.int(in: 0...3) {
      case 0: message.append(UInt8(random.int(in: 0...255)))
      case 1: if !message.isEmpty { message.removeLast() }
      default:
        guard !message.isEmpty else { break }
        message[random.int(in: 0...message.count - 1)] = UInt8(random.int(in: 0...255))
      }
    }
    return message
  }

  @Test("a receiver survives hellos and frames of any bytes")
  func receiverSurvives() {
    var random = SplitMix64(seed: 7)
    var refused = 0
    for turn in 0..<3000 {
      var scene = LinkScene()
      _ = scene.tick()
      let hello = scene.sender.connected(now: scene.now)
      guard let greeting = try? LinkGreeting(turn % 2 == 0 ? hello : Self.changed(hello, &random)),
        greeting.sender.id == scene.receiver.sender,
        case .welcome(let answers, _) = scene.receiver.greeted(greeting, stream: 1)
      else {
        refused += 1
        continue
      }
      for answer in answers { _ = try? scene.sender.received(answer, now: scene.now) }
      for ticket in 1...3 {
        scene.take(3, LinkTicket(ticket))
        guard let message = scene.next() else { continue }
        let answer = try? scene.receiver.received(Self.changed(message, &random), stream: 1)
        if case .apply(_, let tag)? = answer { _ = scene.receiver.applied(tag, rejections: []) }
        if answer == nil { refused += 1 }
      }
    }
    #expect(refused > 3000)
  }

  @Test("a sender survives answers of any bytes, and settles nothing twice")
  func senderSurvives() {
    var random = SplitMix64(seed: 8)
    var faults = 0
    for _ in 0..<3000 {
      var scene = LinkScene.live()
      for ticket in 1...3 {
        scene.take(3, LinkTicket(ticket))
        scene.send()
      }
      for _ in 0..<3 {
        let rejections = [RowRejection(row: 1, reason: .timeTooOld)]
        let tag = scene.frames.removeFirst().tag
        guard let answer = scene.receiver.applied(tag, rejections: rejections) else { continue }
        do {
          _ = try scene.sender.received(Self.changed(answer.message, &random), now: scene.now)
        } catch { faults += 1 }
      }
      _ = scene.sender.disconnected("faults", now: scene.now)
      _ = scene.tick(after: 1000)
      #expect(scene.settlements().map(\.ticket).sorted() == [1, 2, 3])
      #expect(scene.sender.recounted == scene.sender.counters)
    }
    #expect(faults > 100)
  }
}
