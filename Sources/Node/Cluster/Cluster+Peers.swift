// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Router

/// What a node hears of its peers, and what follows.
extension Cluster {
  /// Senders whose marks are kept: members, former ones, and nodes that another's membership names.
  private static let inboxesMax = 4 * RouterLimits.nodesMax

  // MARK: From links

  func heard(_ event: PeerLink.Event, of id: NodeID) async {
    switch event {
    case .met(let identity, let departed):
      await met(identity)
      for identity in departed { await left(identity) }
    case .refused(let kind, let message):
      surroundings.log.warning(
        "refused by a peer",
        ["peer": .string(id.text), "refusal": .string(kind.name), "reason": .string(message)])
    case .mustStop(let reason):
      // Once all is handed over peers refuse the node, as they should, and it ends by itself.
      guard !board.current.knowledge.handedOver else { return }
      surroundings.mustStop(reason)
    case .changed(let isLive, let reason):
      if isLive {
        if let link = links[id] {
          surroundings.questions.reconsider(await link.address.description)
        }
        surroundings.log.info("link is live", ["peer": .string(id.text)])
      } else {
        if !reason.isEmpty {
          surroundings.log.warning(
            "link broke", ["peer": .string(id.text), "reason": .string(reason)])
        }
        if let address = await links[id]?.address.description { unsure.insert(address) }
        source?.refresh()
      }
    }
  }

  /// A handshake told who is at the other end.
  func met(_ identity: NodeIdentity) async {
    if identity.id != own.id { board.update { $0.noteHeard(identity, at: .now) } }
    let epoch = membership.view.epoch
    switch membership.met(identity, at: surroundings.now()) {
    case .ownIDNewer:
      surroundings.mustStop("another node runs as \(own.id) and started later")
    case .newLife(let previous):
      surroundings.log.warning(
        "a peer has started anew; what it held before is gone",
        ["peer": .string(identity.id.text), "before": .count(Int64(previous.incarnation))])
    default: break
    }
    if membership.view.epoch != epoch { await publish() }
  }

  // MARK: From peers' streams

  /// A peer wants to send. Only one of the same cluster is believed.
  func greeted(_ greeting: LinkGreeting) async {
    guard greeting.cluster == configuration.cluster else { return }
    let sender = greeting.sender
    let isKnown = sender.id == own.id || membership.roster.contains { $0.member.id == sender.id }
    if isKnown { await met(sender) }
    for departed in greeting.departed { await left(departed) }
  }

  /// The inbox of a sender, made when it is first needed.
  func inbox(of id: NodeID) throws(LinkRefusal) -> PeerInbox {
    if let inbox = inboxes[id] { return inbox }
    guard inboxes.count < Self.inboxesMax else {
      throw LinkRefusal(.protocolViolation, "\(inboxes.count) nodes have sent here already")
    }
    let loops = surroundings.group.loops
    let loop = loops[inboxes.count % loops.count]
    let inbox = PeerInbox(
      LinkReceiver(linkSettings, from: id),
      FrameIntake(loop, surroundings.seats, surroundings.marks, now: surroundings.now), on: loop,
      refusal: linkRefusal)
    inboxes[id] = inbox
    return inbox
  }

  /// A peer's stream was refused.
  func refused(_ refusal: LinkRefusal, of peer: String) {
    refusals[refusal.kind, default: 0] += 1
    surroundings.log.warning(
      "refused a peer's stream",
      [
        "peer": .string(peer), "refusal": .string(refusal.kind.name),
        "reason": .string(refusal.message),
      ])
  }

  // MARK: Leaving

  /// A peer gets no more points. Returns how many are still on their way to it. That the own node
  /// leaves is not for peers to say.
  func leaving(_ identity: NodeIdentity) async -> UInt64 {
    guard identity.id != own.id else { return 0 }
    board.update { $0.noteHeard(identity, at: .now) }
    if membership.leaving(identity, at: surroundings.now()) { await publish() }
    guard let link = links[identity.id] else { return 0 }
    return UInt64(await link.pointsUnderWay)
  }

  /// A peer stays after all.
  func staying(_ identity: NodeIdentity) async {
    guard identity.id != own.id else { return }
    if membership.staying(identity, at: surroundings.now()) { await publish() }
  }

  /// The own node gets no more points.
  func leave() async {
    if membership.leaving(own, at: surroundings.now()) { await publish() }
  }

  /// The own node stays after all.
  func stay() async {
    if membership.staying(own, at: surroundings.now()) { await publish() }
  }

  /// A node has left; others hold what it had.
  func left(_ identity: NodeIdentity) async {
    guard identity != own else { return }
    await surroundings.held.left([identity], at: .now)
    if membership.departed(identity, at: surroundings.now()) {
      surroundings.log.info("a node has left for good", ["node": .string("\(identity)")])
      await publish()
    }
  }

  // MARK: Addresses without ids

  /// Asks who is behind addresses that the source gave without ids, until all are known, and again
  /// when their links break. Who does not answer stays who it was.
  func seek() async {
    var rounds = 0
    while (try? await Task.sleep(for: .milliseconds(500))) != nil {
      rounds += 1
      if rounds % 10 == 0 { await seekDeparted() }
      let addresses = snapshot?.addresses ?? []
      found = found.filter { addresses.contains($0.key) }
      unsure.formIntersection(addresses)
      await seek(behind: addresses.filter { found[$0] == nil || unsure.contains($0) })
    }
  }

  /// Two nodes that both left and live again know each other as departed, and may never have met
  /// since: if each waited for the other they would be apart for ever.
  private func seekDeparted() async {
    for (_, answer) in await probe(membership.departedNamed.map(\.address)) {
      guard case .success(let status) = answer, let id = NodeID(status.id),
        status.incarnation != 0
      else { continue }
      await met(NodeIdentity(id, incarnation: status.incarnation))
    }
  }

  private func seek(behind addresses: [String]) async {
    for (address, answer) in await probe(addresses) { await found(answer, at: address) }
  }

  /// Asks all at once: who does not answer holds up nobody.
  private func probe(_ addresses: [String]) async -> [(String, Result<NodeStatus, any Error>)] {
    let client = PeerStatusClient(cluster: configuration.cluster, group: surroundings.group)
    return await withTaskGroup(of: (String, Result<NodeStatus, any Error>).self) { probes in
      for address in addresses {
        guard let target = HostPort(address) else { continue }
        probes.addTask {
          do {
            return (address, .success(try await client.status(at: target, timeout: .seconds(2))))
          } catch {
            return (address, .failure(error))
          }
        }
      }
      var answers: [(String, Result<NodeStatus, any Error>)] = []
      for await answer in probes { answers.append(answer) }
      return answers
    }
  }

  private func found(_ answer: Result<NodeStatus, any Error>, at address: String) async {
    switch answer {
    case .success(let status):
      guard let id = NodeID(status.id), status.incarnation != 0 else {
        return surroundings.log.debug("no node of a cluster", ["address": .string(address)])
      }
      let identity = NodeIdentity(id, incarnation: status.incarnation)
      unsure.remove(address)
      found[address] = identity
      await met(identity)
      await configure()
    case .failure(let error):
      surroundings.log.debug(
        "nobody known there", ["address": .string(address), "reason": .string("\(error)")])
    }
  }
}
