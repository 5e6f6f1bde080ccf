// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit

/// A client of `PushBatches`: numbers its batches, keeps each until it has the ack, and sends those
/// again that it has none of, through whichever node, when its stream ends.
///
/// Streams break for no reason, and a client may die for good. Some are content with an ack that
/// counts hinted points; others send the batch again until all of it is applied.
final class BatchClient {
  private static let batchesKeptMax = 6

  let number: Int
  var name: [UInt8] { Array("client \(number)".utf8) }
  private unowned let world: World
  private var chance: SplitMix64
  private let wantsApplied: Bool
  /// Without any ack for so long a stream is given up. Microseconds.
  private let patience: Int64
  private var isDead = false
  private var kept: [SentBatch] = []
  private var latest: UInt64 = 0
  private var stream: BatchStream?
  private var waitingSince: Int64 = 0

  init(_ world: World, number: Int, chance: SplitMix64) {
    self.world = world
    self.number = number
    self.chance = chance
    wantsApplied = self.chance.oneIn(2)
    patience = Int64(self.chance.int(in: 2...12)) * 1_000_000
  }

  /// Nothing is left to be done.
  var isAtRest: Bool { isDead || kept.isEmpty }

  func start() { plan() }

  private func plan() {
    world.after(Int64(chance.int(in: 10_000...800_000)), "batch client") { [unowned self] in
      act()
      if !isDead && !(world.isHealed && kept.isEmpty) { plan() }
    }
  }

  private func act() {
    if !world.isHealed { misbehave() }
    if let stream, waits(on: stream), world.now - waitingSince > patience {
      world.tallies[.streamsGivenUp] += 1
      leave(stream)
    }
    send()
  }

  private func misbehave() {
    switch chance.int(in: 0...199) {
    case 0..<110:
      if kept.count < BatchClient.batchesKeptMax { compose() }
    case 110..<126:
      if let stream { leave(stream) }
    case 126: die()
    default: break
    }
  }

  /// For good: what becomes of its batches is not known to anyone.
  private func die() {
    world.tallies[.batchClientsDied] += 1
    isDead = true
    if let stream { leave(stream) }
  }

  private func compose() {
    latest += 1
    let count = chance.int(in: 1...world.scenario.batchPointsMax)
    let rows = (0..<count).map { _ in
      (point: world.model.newPoint(&chance), time: world.clients.time(&chance))
    }
    let batch = SentBatch(self, latest, rows)
    for row in rows { world.model.sent(row.point, in: batch) }
    kept.append(batch)
    world.tallies[.batches] += 1
    world.tallies[.pointsInBatches] += count
  }

  // MARK: Streams

  private func waits(on stream: BatchStream) -> Bool { kept.contains { $0.stream === stream } }

  private func leave(_ stream: BatchStream) {
    stream.breakOff(&chance)
    self.stream = nil
  }

  private func send() {
    let isDue = { [self] (batch: SentBatch) in
      batch.dueAt <= world.now && (batch.stream == nil || batch.stream !== stream)
    }
    guard !isDead, kept.contains(where: isDue) else { return }
    guard let stream = stream ?? open() else { return }
    for batch in kept where isDue(batch) {
      if batch.isSent { world.tallies[.batchesResent] += 1 }
      if !waits(on: stream) { waitingSince = world.now }
      let confirmed = kept[0].sequence - 1
      let message = batch.sent(on: stream, now: world.now, confirmed: confirmed)
      world.say(
        "client \(number) sends batch \(batch.sequence), age \(batch.age), to "
          + "\(stream.node.identity)")
      stream.send(message)
    }
  }

  private func open() -> BatchStream? {
    let up = world.hosts.filter(\.isUp)
    guard !up.isEmpty, let node = up[chance.int(in: 0...up.count - 1)].node else { return nil }
    let lag = chance.oneIn(6) ? Int64(chance.int(in: 0...4_000_000)) : 0
    let opened = world.batchClients.stream(self, to: node, lag: world.isHealed ? 0 : lag)
    stream = opened
    return opened
  }

  /// The node has ended it, or died.
  func ended(_ stream: BatchStream) {
    stream.close()
    if self.stream === stream { self.stream = nil }
  }

  // MARK: Acks

  func acknowledged(_ batch: SentBatch, _ ack: CopyAck) {
    waitingSince = world.now
    world.tallies[.batchAcks] += 1
    world.say("client \(number) has an ack of batch \(batch.sequence): \(ack.rows)")
    world.model.acked(batch, ack)
    if wantsApplied && !ack.isApplied {
      batch.acknowledgedAsHinted(until: world.now + Int64(chance.int(in: 500_000...3_000_000)))
      return
    }
    world.model.settled(batch, ack)
    kept.removeAll { $0 === batch }
  }
}
