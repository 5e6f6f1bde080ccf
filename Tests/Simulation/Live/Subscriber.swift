// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import TestKit

/// A reader of live reports: asks some node, holds what it is told, and asks another when its
/// stream ends, or says nothing for too long.
///
/// Some read as fast as updates come, others take their time with each, and any may for a while.
/// Connections break for no reason.
final class Subscriber {
  let number: Int
  var chance: SplitMix64
  private(set) var held = HeldReport()
  private unowned let world: World
  private var stream: LiveStream?
  /// What it was told last on this stream.
  private var latest: LiveComputation?
  /// Without any update for so long a stream is given up. Microseconds.
  private let patience: Int64
  private let isSlow: Bool
  private var heardAt: Int64 = 0
  private var connectsAt: Int64 = 0
  /// Until then it is slow. Virtual microseconds.
  private var slowUntil: Int64 = 0

  init(_ world: World, number: Int, chance: SplitMix64) {
    self.world = world
    self.number = number
    self.chance = chance
    patience = Int64(self.chance.int(in: 8...15)) * 1_000_000
    isSlow = self.chance.oneIn(2)
  }

  func start() { plan() }

  private func plan() {
    world.after(Int64(chance.int(in: 10_000...800_000)), "subscriber") { [unowned self] in
      act()
      plan()
    }
  }

  private func act() {
    if !world.isHealed { misbehave() }
    if let stream, world.now - heardAt > patience {
      world.tallies[.liveStreamsGivenUp] += 1
      leave(stream)
    }
    if stream == nil, connectsAt <= world.now { connect() }
  }

  private func misbehave() {
    switch chance.int(in: 0...99) {
    case 0..<8:
      world.tallies[.liveReadersSlow] += 1
      slowUntil = world.now + Int64(chance.int(in: 500_000...9_000_000))
    case 8..<11:
      guard let stream else { return }
      world.tallies[.liveStreamsBroken] += 1
      stream.breakOff()
    case 11..<13: if let stream { leave(stream) }
    default: break
    }
  }

  /// How long it takes to read an update, microseconds.
  func pace() -> Int64 {
    let isSlow = !world.isHealed && (isSlow || world.now < slowUntil)
    return Int64(chance.int(in: 0...(isSlow ? 5_000_000 : 2_000)))
  }

  // MARK: Streams

  private func connect() {
    let up = world.hosts.filter(\.isUp)
    guard !up.isEmpty, let node = up[chance.int(in: 0...up.count - 1)].node else { return }
    let intervals = world.scenario.live.intervals
    let interval = intervals[chance.int(in: 0...intervals.count - 1)]
    let stream = world.subscribers.stream(self, to: node, interval: interval)
    world.say("subscriber \(number) asks \(node.identity) every \(interval) us")
    self.stream = stream
    latest = nil
    heardAt = world.now
    let delay = Int64(chance.int(in: 1...world.scenario.delayMicroseconds))
    world.after(delay, on: node, "subscribes") { stream.node.live.joined(stream) }
  }

  private func leave(_ stream: LiveStream) {
    stream.leave()
    ended(stream)
  }

  /// Nothing more will come.
  func ended(_ stream: LiveStream) {
    guard self.stream === stream else { return }
    world.say("subscriber \(number) has lost \(stream.node.identity)")
    self.stream = nil
    connectsAt = world.now + Int64(chance.int(in: 0...1_000_000))
  }

  // MARK: Updates

  func read(_ message: LiveMessage, on stream: LiveStream) {
    guard self.stream === stream else { return }
    heardAt = world.now
    do {
      let update = try MetricUpdate(decoding: message.bytes)
      held.apply(update)
      let telling = LiveTelling(
        subscriber: self, update: update, before: latest, report: message.report)
      latest = message.report
      world.say("subscriber \(number) is told by \(stream.node.identity): \(telling)")
      world.model.check(telling)
      world.subscribers.told(telling)
    } catch {
      world.broken(.integrity, "subscriber \(number) does not understand an update: \(error)")
    }
  }
}

/// An update that a subscriber has taken, and the reports that it had and has.
struct LiveTelling: CustomStringConvertible {
  let subscriber: Subscriber
  let update: MetricUpdate
  /// Nil: nothing on this stream.
  let before: LiveComputation?
  let report: LiveComputation

  var description: String {
    "revision \(report.revision), \(update.intervals) intervals, full: \(update.full), "
      + "\(update.changed.count) changed, \(update.removed.count) removed, complete: "
      + "\(update.report?.coverage?.complete ?? false)"
  }
}
