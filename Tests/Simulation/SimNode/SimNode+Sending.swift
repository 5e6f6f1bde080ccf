// SPDX-License-Identifier: Apache-2.0
import Router
import Shard
import TestKit

/// Links to peers: what a machine asks for is done, what comes is given to it, what it settles is
/// passed on.
extension SimNode {
  /// The link to a peer; a new one if there is none. It is kept for life: its numbers go on when
  /// the peer is a member again, and the peer remembers them.
  func sender(to id: NodeID) -> SenderSeat {
    if let seat = senders[id] { return seat }
    let seat = SenderSeat(id, LinkSender(settings, to: id, seed: chance.next()))
    seat.sender.departed = membership.departedIdentities
    senders[id] = seat
    senderSeats = senders.values.sorted { $0.id < $1.id }
    return seat
  }

  func tick(_ seat: SenderSeat) {
    switch seat.sender.tick(now: linkTime, wall: wall) {
    case .nothing: break
    case .connect: connect(seat)
    case .disconnect(let reason):
      world.say("\(identity) to \(seat.id): gives up, \(reason)")
      giveUp(seat, reason)
    }
    afterSender(seat)
  }

  /// Ends the stream, or stops opening it; the machine hears of it a little later.
  private func giveUp(_ seat: SenderSeat, _ reason: String) {
    seat.attempt += 1
    let attempt = seat.attempt
    seat.wire?.closeBySender()
    seat.wire = nil
    world.after(Int64(chance.int(in: 0...20_000)), on: self, "given up") { [self] in
      guard attempt == seat.attempt else { return }
      seat.sender.disconnected(reason, now: linkTime)
      afterSender(seat)
    }
  }

  private func connect(_ seat: SenderSeat) {
    seat.attempt += 1
    let attempt = seat.attempt
    world.network.connect(self, to: address(of: seat.id)) { [self] wire in
      guard attempt == seat.attempt, senders[seat.id] === seat else {
        world.tallies[.connectsInVain] += 1
        wire?.closeBySender()
        return
      }
      if let wire {
        seat.wire = wire
        wire.send(seat.sender.connected(now: linkTime), isFrame: false)
        world.say("\(identity) to \(seat.id): connected, wire \(wire.number)")
      } else {
        seat.sender.disconnected("cannot connect", now: linkTime)
      }
      afterSender(seat)
    }
  }

  /// The wire has ended, whoever ended it.
  func wireLost(_ wire: Wire, _ reason: String) {
    guard let seat = senderSeats.first(where: { $0.wire === wire }) else { return }
    let answer = seat.sender.disconnected(reason, refused: wire.refusal?.kind, now: linkTime)
    world.say("\(identity) to \(seat.id): wire \(wire.number) lost, \(reason), \(answer)")
    seat.wire = nil
    afterSender(seat)
    if answer == .outlived, !handedOver { crash() }
  }

  func ackMessage(_ message: [UInt8], _ wire: Wire) {
    guard let seat = senderSeats.first(where: { $0.wire === wire }) else { return }
    do {
      switch try seat.sender.received(message, now: linkTime) {
      case .welcomed(let peer, let departed):
        world.tallies[.welcomes] += 1
        world.say("\(identity) to \(peer): welcome on wire \(wire.number)")
        heard(of: peer, departed: departed)
      case .acked: break
      }
    } catch {
      if !wire.wasSpoilt {
        world.broken(.integrity, "\(identity) to \(seat.id) on wire \(wire.number): \(error)")
      }
      wire.closeBySender()
      seat.wire = nil
      seat.sender.disconnected("\(error)", now: linkTime)
    }
    afterSender(seat)
  }

  func linkHasRoom(_ wire: Wire) {
    guard let seat = senderSeats.first(where: { $0.wire === wire }) else { return }
    afterSender(seat)
  }

  /// Sends what may be sent and passes on what was settled.
  func afterSender(_ seat: SenderSeat) {
    if let wire = seat.wire {
      while wire.hasRoom, let message = seat.sender.nextMessage(now: linkTime, wall: wall) {
        wire.send(message, isFrame: true)
      }
    }
    for settlement in seat.sender.takeSettlements() { settle(settlement) }
  }

  private func settle(_ settlement: Settlement) {
    if world.scenario.sabotage == .losesSettlement, chance.oneIn(50) { return }
    guard let rows = tickets.removeValue(forKey: settlement.ticket) else {
      return world.broken(.settledOnce, "\(identity) has no ticket \(settlement.ticket)")
    }
    switch settlement.outcome {
    case .applied(let rejections):
      var outcomes = [RowOutcome](repeating: .applied, count: rows.count)
      for rejection in rejections {
        outcomes[rejection.row] = rejection.reason.map { .rejected($0) } ?? .repeated
      }
      world.tallies[.pointsForwarded] += rows.count - rejections.count
      world.tallies[.pointsRepeated] += rejections.count { $0.reason == nil }
      for (row, outcome) in zip(rows, outcomes) { settle(row, outcome, isOwn: false) }
    case .hinted:
      let outcome: RowOutcome =
        world.scenario.sabotage == .hintsCountAsApplied ? .applied : .hinted
      for row in rows { settle(row, outcome, isOwn: false) }
    case .shed:
      world.tallies[.pointsShed] += rows.count
      for row in rows { settle(row, .rejected(.ownerUnavailable), isOwn: false) }
    }
  }

  // MARK: Peers that are members no more

  /// Hints for a node that has left go where they belong now.
  func giveBack(_ seat: SenderSeat) {
    let hints = seat.sender.surrender()
    if !hints.isEmpty {
      world.tallies[.batchesSurrendered] += hints.count
      world.say("\(identity) to \(seat.id): \(hints.count) hints are routed anew")
      if world.scenario.sabotage != .losesSurrendered {
        for hint in hints { reroute(hint) }
      }
    }
    // Who is asked no more is not found any more: nothing else would ever end what is under way.
    if !membership.view.peers.contains(where: { $0.id == seat.id }) { abandon(seat) }
    afterSender(seat)
  }

  /// The stream knows of frames that are given up: only the next one's hello says where it begins.
  private func abandon(_ seat: SenderSeat) {
    guard !seat.sender.isIdle else { return }
    if seat.wire != nil { giveUp(seat, "asked no more") }
    seat.sender.abandon()
  }

  /// The link to a hash's owner; nil: the node itself.
  func lane(of hash: UInt64) -> SenderSeat? {
    let owners = membership.view.table.owners
    return owners.isEmpty ? nil : lanes[Int(owners[Placement.partition(hash)])]
  }
}
