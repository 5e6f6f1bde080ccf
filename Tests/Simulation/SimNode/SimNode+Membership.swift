// SPDX-License-Identifier: Apache-2.0
import Router
import Shard

/// Who belongs to the cluster, as this node has heard.
extension SimNode {
  static func membership(
    _ own: Router.NodeIdentity, _ host: Host, _ scenario: Scenario
  ) -> Membership {
    Membership(
      own: own, ownAddress: host.address, weight: 1,
      retentionSeconds: scenario.shape.windowSeconds + scenario.shape.futureGraceSeconds)
  }

  /// The source of membership is read.
  func learnMembers() {
    let named = world.hosts.filter { world.membership[$0.index] }
      .map { Member(id: $0.id, address: $0.address) }
    if membership.configured(named, at: wall) { viewChanged() }
  }

  func tickMembership() {
    if membership.tick(at: wall) { viewChanged() }
    for seat in senderSeats where !membership.view.members.contains(where: { $0.id == seat.id }) {
      giveBack(seat)
    }
  }

  /// Streams that stand say that their other ends live.
  func meetAgain() {
    for seat in receivers.values.sorted(by: { $0.id < $1.id }) where !seat.wires.isEmpty {
      heard(
        of: Router.NodeIdentity(seat.id, incarnation: seat.receiver.incarnation), departed: [])
    }
    for seat in senderSeats where seat.sender.state == .live {
      if let peer = seat.sender.peer { heard(of: peer, departed: []) }
    }
    for member in membership.departedNamed { seek(member) }
  }

  /// Whoever has left may live again, and have met others only.
  private func seek(_ member: Member) {
    guard let peer = world.hosts.first(where: { $0.address == member.address }) else { return }
    world.network.post(from: host, to: peer) { [unowned world, host] node in
      let found = node.identity
      world.network.post(from: peer, to: host) { $0.heard(of: found, departed: []) }
    }
  }

  /// One that it takes to have left lives again, which it finds out within ``seek(_:)``'s interval.
  var seeksLiving: Bool {
    membership.departedNamed.contains { member in
      world.hosts.contains { $0.address == member.address && $0.isUp }
    }
  }

  /// Its own view has it as a member no more, or again.
  func setLeaving(_ isLeaving: Bool) {
    let isNew =
      isLeaving
      ? membership.leaving(identity, at: wall) : membership.staying(identity, at: wall)
    if isNew { viewChanged() }
  }

  /// It does not leave after all.
  func stay(_ history: HandOverHistory) {
    drainHistory = history
    drain = nil
  }

  /// A node was heard of: it greeted or welcomed.
  func heard(of peer: Router.NodeIdentity, departed: [Router.NodeIdentity]) {
    for other in departed { left(other) }
    let epoch = membership.view.epoch
    switch membership.met(peer, at: wall) {
    case .known: break
    case .newLife: world.tallies[.newLives] += 1
    case .stale, .departed, .isSelf, .ownIDNewer, .ownIDOlder:
      world.say("\(identity) met \(peer), which it should not")
    }
    noteLife(peer)
    if membership.view.epoch != epoch { viewChanged() }
  }

  func noteLife(_ peer: Router.NodeIdentity) {
    incarnations[peer.id] = max(incarnations[peer.id] ?? 0, peer.incarnation)
  }

  func address(of id: NodeID) -> String {
    membership.view.peers.first { $0.id == id }?.address ?? ""
  }

  func viewChanged() {
    world.tallies[.viewChanges] += 1
    world.say("\(identity) epoch \(membership.view.epoch): \(membership.view.members.map(\.id))")
    placeLanes()
  }

  func placeLanes() {
    world.model.placed(membership.view.table)
    let own = identity.id
    let before = lanes.compactMap { $0 }
    lanes = membership.view.table.nodes.map { $0 == own ? nil : sender(to: $0) }
    hot.follow(nodes: membership.view.table.nodes.contains(own) ? lanes.count : 0)
    learnDeparted()
    for seat in before where !lanes.contains(where: { $0 === seat }) { giveBack(seat) }
  }
}

extension SimNode {
  /// What both ends of links say of nodes that have left for good.
  private func learnDeparted() {
    let departed = membership.departedIdentities
    for seat in senderSeats { seat.sender.departed = departed }
    for seat in receivers.values { seat.receiver.departed = departed }
  }

  /// What keeps the node from rest, in words.
  var unrest: String {
    let links = senderSeats.filter { !$0.sender.isIdle }.map {
      "\($0.id): \($0.sender.state.rawValue) \($0.sender.error) \($0.sender.counters)"
    }
    return "\(identity): in flight \(accounts.inFlight), tickets \(tickets.count), "
      + "shards \(shards.map(\.waiting.count)), links \(links)"
      + (drain.map { ", leaving: \($0.standing)" } ?? "")
  }

  func tallyLinks() {
    for seat in senderSeats { world.tally(seat.sender.counters) }
    for seat in receivers.values {
      world.tallies[.framesRepeated] += seat.receiver.counters.framesRepeated
    }
  }
}

extension World {
  func tally(_ counters: LinkCounters) {
    tallies[.framesSent] += counters.framesSent
    tallies[.framesResent] += counters.framesResent
  }
}
