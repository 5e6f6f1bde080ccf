// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard
import TestKit

/// What a node hears of peers that leave, and what it takes over from them.
extension SimNode {
  /// What a leaving peer says.
  enum LeaveNotice { case leaving, staying, left }

  /// - Returns: points that are still on their way to it.
  func heard(_ notice: LeaveNotice, of peer: Router.NodeIdentity) -> UInt64 {
    switch notice {
    case .leaving:
      if membership.leaving(peer, at: wall) { viewChanged() }
      return UInt64(senders[peer.id]?.sender.counters.pointsUnderWay ?? 0)
    case .staying:
      held[peer]?.stayed()
      if membership.staying(peer, at: wall) { viewChanged() }
    case .left: left(peer)
    }
    return 0
  }

  /// A node has left; others hold what it had.
  func left(_ peer: Router.NodeIdentity) {
    guard peer != identity else { return }
    held[peer]?.left(now: world.now)
    if membership.departed(peer, at: wall) { viewChanged() }
  }

  /// Lives that have left, by what is known here.
  var departed: Set<Router.NodeIdentity> {
    Set(membership.departedIdentities).union(held.filter { $0.value.leftAt != nil }.keys)
  }

  /// In order of ids, so that nothing hangs on a dictionary's order.
  var heldOrigins: [Router.NodeIdentity] {
    held.keys.sorted { ($0.id, $0.incarnation) < ($1.id, $1.incarnation) }
  }

  /// Takes an attempt to hand over.
  ///
  /// - Returns: false when nothing of it is kept.
  func takeOver(_ parts: [[UInt8]]) -> Bool {
    var reader = SlicePartReader(resolutionSeconds: world.scenario.shape.resolutionSeconds)
    do {
      let batches = try parts.map { part throws(SliceFault) in try reader.received(part) }
      guard let heading = reader.heading else { return false }
      if held[heading.origin] == nil, isSealed { return false }
      let seat =
        held[heading.origin] ?? HeldSeat(shape: world.scenario.shape, budget: budget)
      held[heading.origin] = seat
      return seat.take(heading, batches, now: wall)
    } catch {
      world.broken(.integrity, "\(identity) does not understand windows: \(error)")
      return false
    }
  }

  /// The node's own windows and those that it holds.
  func exportWindows() -> [SliceBatch] {
    var batches: [SliceBatch] = []
    for shard in shards { batches += shard.export(now: wall) }
    for origin in heldOrigins { batches += held[origin]?.export(now: wall) ?? [] }
    return batches
  }

  /// Origins of which it is not certain yet that all questions let count what is held here.
  var heldUndecided: [Router.NodeIdentity] {
    heldOrigins.filter { origin in
      guard let seat = held[origin], !seat.isEmpty else { return false }
      return seat.leftAt.map { world.now - $0 < SimNode.reportMicroseconds } ?? true
    }
  }

  // MARK: The node's own leaving

  /// Begins to leave for good, if it does not already.
  func beginDrain() {
    guard drain == nil, !handedOver else { return }
    world.tallies[.drains] += 1
    world.say("\(identity) is to leave")
    let drain = NodeDrain(self, history: drainHistory)
    self.drain = drain
    drain.begin()
  }

  /// Peers' streams end, and no others are taken.
  func shutLinks() {
    refusesLinks = true
    for seat in receivers.values.sorted(by: { $0.id < $1.id }) {
      let wires = seat.wires.sorted { $0.key < $1.key }
      seat.wires = [:]
      for (number, wire) in wires {
        seat.receiver.closed(stream: number)
        wire.closeByReceiver()
      }
    }
  }

  /// It has left, and exits; after a while its host runs another life.
  func exit() {
    world.tallies[.nodesLeft] += 1
    world.say("\(identity) has left")
    host.marksOfLeft = marks.handed()
    crash()
    world.after(Int64(chance.int(in: 100_000...9_000_000)), "upgraded") { [host] in
      if !host.isUp { host.start() }
    }
  }
}
