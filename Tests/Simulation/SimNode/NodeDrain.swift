// SPDX-License-Identifier: Apache-2.0
import Router
import Shard

/// Takes a node out of its cluster for good: does what a ``Router/DrainPlan`` says.
final class NodeDrain {
  private static let timeoutMilliseconds: Int64 = 20_000
  /// How long a peer may take for an answer. Microseconds.
  private static let peerMicroseconds: Int64 = 2_000_000
  private static let pauseMicroseconds: Int64 = 50_000

  private unowned let node: SimNode
  private var plan: DrainPlan
  /// The lives that have taken the latest attempt.
  private var receivers: [NodeID: Int] = [:]
  /// Which of them has what.
  private var table = PartitionTable([])

  init(_ node: SimNode, history: HandOverHistory) {
    self.node = node
    plan = DrainPlan(
      own: node.identity.id, history: history,
      timeoutMilliseconds: NodeDrain.timeoutMilliseconds, now: node.linkTime)
  }

  /// For people.
  var standing: String { "\(plan.step.rawValue) \(plan.reason)" }

  private var world: World { node.world }
  private var view: ClusterView { node.membership.view }

  func begin() { perform(plan.begin(view)) }

  private func perform(_ action: DrainAction) {
    switch action {
    case .leaveMembership:
      node.setLeaving(true)
      perform(plan.leftMembership(view))
    case .announce(let ids):
      tell(ids, .leaving) { [self] in perform(plan.announced($0, view, now: node.linkTime)) }
    case .closeClients: closeClients()
    case .count: perform(count())
    case .drop(let origins):
      world.tallies[.originsDropped] += origins.count
      for origin in origins { node.held[origin]?.stayed() }
      perform(count())
    case .closeLinks:
      node.shutLinks()
      wait(until: { [self] in node.framesOut == 0 }) { [self] in
        perform(plan.closed(view, now: node.linkTime))
      }
    case .handOver(let attempt):
      wait(until: { [self] in node.marks.claimsOpen == 0 }) { [self] in handOver(attempt) }
    case .switchOver: perform(switchOver())
    case .bidFarewell(let ids):
      tell(ids, .left) { [self] in perform(plan.bade($0, now: node.linkTime)) }
    case .wait(let milliseconds):
      after(milliseconds * 1000) { [self] in perform(plan.waited(view, now: node.linkTime)) }
    case .undo(let withdrawals, let attempt): undo(withdrawals, attempt)
    case .finish: node.exit()
    case .fail(let reason):
      world.tallies[.drainsFailed] += 1
      world.say("\(node.identity) stays: \(reason)")
      node.stay(plan.history)
    }
  }

  private func after(_ microseconds: Int64, _ body: @escaping () -> Void) {
    world.after(microseconds, on: node, "drain", body)
  }

  private func wait(until isDone: @escaping () -> Bool, _ then: @escaping () -> Void) {
    if isDone() { return then() }
    after(NodeDrain.pauseMicroseconds) { [self] in wait(until: isDone, then) }
  }

  // MARK: Closing and flushing

  private func closeClients() {
    node.refusesClients = true
    world.clients.refused(by: node)
    for stream in world.batchClients.streams(to: node) { stream.end() }
    let deadline = world.now + plan.timeLeft(node.linkTime) * 1000 / 2
    let isDone = { [self] in
      world.batchClients.streams(to: node).isEmpty || world.now >= deadline
    }
    wait(until: isDone) { [self] in perform(plan.closed(view, now: node.linkTime)) }
  }

  private func count() -> DrainAction {
    node.isSealed = true
    for identity in node.membership.departedIdentities { node.held[identity]?.left(now: world.now) }
    var points: [NodeID: Int64] = [:]
    for seat in node.senderSeats {
      points[seat.id] = Int64(seat.sender.counters.pointsUnderWay + (seat.open?.count ?? 0))
    }
    let undecided = node.heldUndecided
    let ended = undecided.filter { origin in
      node.incarnations[origin.id] ?? 0 > origin.incarnation && !node.departed.contains(origin)
    }
    return plan.counted(
      points, undecided: undecided, ended: Set(ended), view, now: node.linkTime)
  }

  // MARK: Windows to peers

  private func handOver(_ attempt: DrainAttempt) {
    let before = node.pointsApplied
    let heading = HandOverHeading(
      cluster: node.settings.cluster, origin: node.identity, attempt: attempt.number,
      includes: node.included)
    let parts = parts(of: attempt, heading)
    let marks = world.scenario.sabotage == .keepsMarks ? [] : node.marks.handed()
    world.tallies[.marksHanded] += marks.count
    ask(attempt.receivers.map(\.id) + attempt.withdrawals) { peer in
      // Whoever has the windows must have the marks.
      for part in marks { peer.marks.adopt(part) }
      return peer.takeOver(parts.of[peer.identity.id] ?? []) ? peer.life : nil
    } done: { [self] answers in
      receivers = answers
      perform(handedOver(attempt, before, parts))
    }
  }

  private struct Parts {
    var of: [NodeID: [[UInt8]]]
    var series: Int
    var slices: Int
  }

  private func parts(of attempt: DrainAttempt, _ heading: HandOverHeading) -> Parts {
    table = PartitionTable(attempt.receivers.map { ($0.id, $0.weight) })
    var split = SliceSplit(
      heading, receivers: attempt.receivers, withdrawals: attempt.withdrawals)
    var of: [NodeID: [[UInt8]]] = [:]
    for batch in node.exportWindows() {
      of.merge(split.add(batch)) { $0 + $1 }
    }
    let parts = Parts(of: of, series: split.series, slices: split.slices)
    return split.nodes.reduce(into: parts) { parts, id in
      if let part = split.finish(for: id) { parts.of[id, default: []].append(part) }
    }
  }

  private func handedOver(
    _ attempt: DrainAttempt, _ before: Int, _ parts: Parts
  ) -> DrainAction {
    let asked = attempt.receivers.map(\.id) + attempt.withdrawals
    if let failed = asked.first(where: { receivers[$0] == nil }) {
      let outcome = HandOverOutcome.failed(failed, "no answer", begun: Set(asked))
      return plan.handedOver(outcome, view, now: node.linkTime)
    }
    let applied = node.pointsApplied - before
    let outcome: HandOverOutcome =
      applied > 0
      ? .disturbed(points: applied) : .done(series: parts.series, slices: parts.slices)
    return plan.handedOver(outcome, view, now: node.linkTime)
  }

  private func switchOver() -> DrainAction {
    node.handedOver = true
    world.say("\(node.identity) has handed over")
    world.model.handedOver(node, to: receivers, by: table)
    return plan.switched(view)
  }

  /// Everything as it was.
  private func undo(_ withdrawals: [NodeID], _ attempt: UInt64) {
    node.isSealed = false
    node.refusesLinks = false
    node.setLeaving(false)
    tell(view.peers.map(\.id), .staying) { _ in }
    let heading = HandOverHeading(
      cluster: node.settings.cluster, origin: node.identity, attempt: attempt)
    ask(withdrawals) { peer in
      var empty = SliceParts(heading)
      return peer.takeOver([empty.finish()]) ? peer.life : nil
    } done: { [self] answers in
      node.refusesClients = false
      perform(plan.undone(withdrawn: answers.keys.sorted()))
    }
  }

  // MARK: Peers

  private func tell(
    _ ids: [NodeID], _ notice: SimNode.LeaveNotice,
    _ done: @escaping ([NodeID: LeaveAnswer]) -> Void
  ) {
    let identity = node.identity
    ask(ids) { peer in
      peer.heard(notice, of: identity)
    } done: { [self] answers in
      let left = answers.values.reduce(into: Set()) { $0.formUnion($1.departed) }
      for life in left.sorted(by: { ($0.id, $0.incarnation) < ($1.id, $1.incarnation) }) {
        node.left(life)
      }
      var all: [NodeID: LeaveAnswer] = [:]
      for id in ids {
        all[id] =
          answers[id].map { .heard(pointsUnderWay: $0.pointsUnderWay) } ?? .failed("no answer")
      }
      done(all)
    }
  }

  /// Asks peers, all at once; those who say nothing in time, or nil, are not among the answers.
  private func ask<Answer>(
    _ ids: [NodeID], _ question: @escaping (SimNode) -> Answer?,
    done: @escaping ([NodeID: Answer]) -> Void
  ) {
    var answers: [NodeID: Answer] = [:]
    var left = ids.count
    var isOver = false
    let finish = {
      if isOver { return }
      isOver = true
      done(answers)
    }
    after(ids.isEmpty ? 0 : NodeDrain.peerMicroseconds, finish)
    let life = node.life
    for id in ids {
      guard let peer = world.hosts.first(where: { $0.id == id }) else { continue }
      let (network, host) = (world.network, node.host)
      network.post(from: host, to: peer) { node in
        let answer = question(node)
        network.post(from: peer, to: host) { asker in
          guard asker.life == life, !isOver else { return }
          answers[id] = answer
          left -= 1
          if left == 0 { finish() }
        }
      }
    }
  }
}
