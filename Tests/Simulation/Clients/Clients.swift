// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit

/// Clients: each call goes to some node that runs, sends points in a few messages, and waits for
/// its Ack. A call whose node dies has failed; nothing is sent twice.
final class Clients {
  unowned let world: World
  private var calls: [Call] = []

  init(_ world: World) { self.world = world }

  /// Calls that have neither an Ack nor failed.
  var waiting: [Call] { calls.filter { !$0.isOver } }

  func call(of point: PointNumber) -> Call {
    guard case .call(let number) = world.model.truth(point).source else {
      preconditionFailure("point \(point) came in no call")
    }
    return calls[number]
  }

  /// A call of random size to a random node; none when all are down.
  func call(_ kind: Call.Kind = .points) {
    let plot = kind.plot
    let up = world.hosts.filter(\.isUp)
    guard !up.isEmpty, let node = up[world[keyPath: plot].int(in: 0...up.count - 1)].node
    else { return }
    let call = Call(kind, number: calls.count, node: node)
    calls.append(call)
    world.tallies[.calls] += 1
    world.say("call \(call.number) of \(kind) to \(node.identity)")
    let isLong = world[keyPath: plot].oneIn(3)
    send(call, messagesLeft: isLong ? world[keyPath: plot].int(in: 1...6) : 1)
  }

  private func send(_ call: Call, messagesLeft: Int) {
    let plot = call.kind.plot
    let count = world[keyPath: plot].int(in: 1...world.scenario.pointsMax)
    let points = (0..<count).map { _ in
      (
        world.model.newPoint(&world[keyPath: plot], of: call.kind),
        time: time(&world[keyPath: plot])
      )
    }
    for (point, _) in points { world.model.sent(point, in: call) }
    call.points += points.map(\.0)
    world.tallies[.pointsSent] += count
    switch call.kind {
    case .points: deliver(call, "points") { call.node.received(points, of: call) }
    case .metrics:
      let first = call.points.count - count
      let metrics = points.enumerated().map { number, row in
        metric(row.0, time: row.time, first + number, of: call)
      }
      deliver(call, "metrics") { call.node.received(metrics: metrics, of: call) }
    }
    if messagesLeft == 1 {
      return deliver(call, "end of points") {
        call.isEnded = true
        call.node.answerIfDone(call)
      }
    }
    world.after(Int64(world[keyPath: plot].int(in: 0...1_500_000)), "client") { [unowned self] in
      if !call.isOver { send(call, messagesLeft: messagesLeft - 1) }
    }
  }

  private func deliver(_ call: Call, _ label: StaticString, _ body: @escaping () -> Void) {
    call.arrival = max(call.arrival, world.now + world.network.delay())
    world.after(call.arrival - world.now, on: call.node, label, body)
  }

  /// Mostly none; some in the past, some that no node takes.
  func time(_ chance: inout SplitMix64) -> Int64 {
    let window = Int(world.scenario.shape.windowSeconds)
    switch chance.int(in: 0...19) {
    case 0...11: return 0
    case 12...17: return world.trueSeconds - Int64(chance.int(in: 0...window / 2))
    case 18: return world.trueSeconds - Int64(window + chance.int(in: -5...60))
    default: return world.trueSeconds + Int64(chance.int(in: 0...90))
    }
  }

  /// The node sends its Ack; it is checked as it arrives.
  func answered(_ call: Call, _ ack: CallAck) {
    world.after(world.network.delay(), "ack") { [unowned self] in
      if call.isOver { return }
      call.isOver = true
      world.tallies[.callsAcked] += 1
      world.say("call \(call.number) acked: \(ack)")
      check(call, ack)
      world.model.acked(call)
    }
  }

  /// A node has died: who waited for it knows.
  func died(_ node: SimNode) {
    for call in calls where call.node === node && !call.isOver { fail(call) }
  }

  /// The node takes no points.
  func refused(_ call: Call) {
    call.hasAnswered = true
    world.after(world.network.delay(), "refusal") { [unowned self] in fail(call) }
  }

  /// The node takes no more of the calls that have not ended.
  func refused(by node: SimNode) {
    for call in calls where call.node === node && !call.isOver && !call.isEnded { refused(call) }
  }

  private func fail(_ call: Call) {
    guard !call.isOver else { return }
    call.isOver = true
    world.tallies[.callsFailed] += 1
    world.tallies[.pointsUncertain] += call.points.count
  }

  private func check(_ call: Call, _ ack: CallAck) {
    let taken = call.points.prefix(call.endsAt ?? .max)
    let fates = taken.map { world.model.truth($0).fate }
    let refused = fates.count { $0 == .refused }
    let hinted = fates.count { $0 == .hinted }
    guard ack.received + ack.rejected == taken.count, ack.rejected == refused,
      ack.hinted == hinted, !fates.contains(.unknown),
      taken.allSatisfy({ !call.spoilt.contains($0) || world.model.truth($0).fate == .refused })
    else {
      return world.broken(
        .ack,
        "call \(call.number) of \(taken.count): \(ack), but \(refused) refused, "
          + "\(hinted) hinted")
    }
    if let summary = ack.summary { world.model.check(summary, of: call) }
  }
}
