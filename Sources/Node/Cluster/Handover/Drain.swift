// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Shard

/// Takes a node out of its cluster for good: does what a ``Router/DrainPlan`` says.
actor Drain {
  private let cluster: String
  private let own: Router.NodeIdentity
  private let shards: [Aggregator]
  private let held: HeldWindows
  private let marks: BatchBoard
  private let port: any DrainPort
  private let peers: any DrainPeers
  /// Unix seconds.
  private let now: @Sendable () -> Int64
  private let clock: @Sendable () -> LinkTime
  private let pause: @Sendable (_ milliseconds: Int64) async -> Void
  private let log: Log
  private var history = HandOverHistory()
  private var isRunning = false
  /// Others hold everything.
  private var hasSwitched = false
  /// The node has handed over and must not go on.
  private(set) var hasLeft = false

  /// A drain that has not begun.
  ///
  /// - Parameters:
  ///   - now: Unix seconds.
  ///   - clock: never goes back.
  ///   - pause: returns after so many milliseconds.
  init(
    cluster: String, own: Router.NodeIdentity, shards: [Aggregator], held: HeldWindows,
    marks: BatchBoard, port: any DrainPort, peers: any DrainPeers,
    now: @escaping @Sendable () -> Int64, log: Log,
    clock: @escaping @Sendable () -> LinkTime = { LinkClock.now },
    pause: @escaping @Sendable (Int64) async -> Void = {
      try? await Task.sleep(for: .milliseconds($0))
    }
  ) {
    self.cluster = cluster
    self.own = own
    self.shards = shards
    self.held = held
    self.marks = marks
    self.port = port
    self.peers = peers
    self.now = now
    self.log = log
    self.clock = clock
    self.pause = pause
  }

  /// Hands over and leaves. When it returns the node may exit; when it throws, the node is a member
  /// as before.
  ///
  /// - Parameters:
  ///   - timeout: after that it gives up and stays, unless others have everything by then.
  ///   - tell: hears how far it is.
  /// - Throws: FAILED_PRECONDITION when the node is alone, or leaves already; ABORTED with what
  ///   kept it when the time was up.
  func run(
    timeout: Duration, _ tell: @escaping @Sendable (DrainProgress) -> Void = { _ in }
  ) async throws(RPCError) {
    guard !isRunning && !hasLeft else {
      throw RPCError(.failedPrecondition, "the node is leaving already")
    }
    isRunning = true
    defer { isRunning = false }
    let milliseconds = Int64(timeout / .milliseconds(1))
    var plan = DrainPlan(
      own: own.id, history: history, timeoutMilliseconds: milliseconds, now: clock())
    var action = plan.begin(await port.view())
    var said = DrainProgress()
    var code = RPCStatus.Code.failedPrecondition
    while true {
      let progress = Self.progress(plan, isDone: action == .finish)
      if progress != said {
        tell(progress)
        log.info("leaving", ["step": .string(progress.step)])
        said = progress
      }
      switch action {
      case .finish:
        hasLeft = true
        return
      case .fail(let reason):
        history = plan.history
        throw RPCError(code, reason)
      default:
        action = await perform(action, &plan)
        code = .aborted
      }
    }
  }

  /// Others hold everything already: waits until all have been told, which takes a few seconds at
  /// most. The node would be missing in reports otherwise.
  func finishIfHandedOver() async {
    while isRunning, hasSwitched { await pause(20) }
  }

  private static func progress(_ plan: DrainPlan, isDone: Bool) -> DrainProgress {
    .with {
      $0.step = plan.reason.isEmpty ? plan.step.rawValue : "\(plan.step.rawValue): \(plan.reason)"
      $0.seriesHandedOver = UInt64(plan.seriesHandedOver)
      $0.slicesHandedOver = UInt64(plan.slicesHandedOver)
      $0.done = isDone
    }
  }

  private func perform(_ action: DrainAction, _ plan: inout DrainPlan) async -> DrainAction {
    switch action {
    case .leaveMembership:
      await port.leaveMembership()
      return plan.leftMembership(await port.view())
    case .announce(let ids):
      let answers = await tellAll(ids, .leaving)
      return plan.announced(answers, await port.view(), now: clock())
    case .closeClients:
      // The other half is for what follows.
      await port.closeClients(within: .milliseconds(plan.timeLeft(clock()) / 2))
      return plan.closed(await port.view(), now: clock())
    case .count: return await count(&plan)
    case .drop(let origins):
      for origin in origins {
        log.warning(
          "a node ended while it handed over; what it had is gone",
          ["node": .string("\(origin)")])
        await held.stayed(origin)
      }
      return await count(&plan)
    case .closeLinks:
      await port.closeLinks()
      return plan.closed(await port.view(), now: clock())
    case .handOver(let attempt):
      let outcome = await handOver(attempt, .milliseconds(plan.timeLeft(clock())))
      return plan.handedOver(outcome, await port.view(), now: clock())
    case .switchOver:
      hasSwitched = true
      await port.setHandedOver()
      return plan.switched(await port.view())
    case .bidFarewell(let ids):
      return plan.bade(await tellAll(ids, .left), now: clock())
    case .wait(let milliseconds):
      await pause(milliseconds)
      return plan.waited(await port.view(), now: clock())
    case .undo(let withdrawals, let attempt):
      return plan.undone(withdrawn: await undo(withdrawals, attempt))
    case .finish, .fail: preconditionFailure("nothing is left to do")
    }
  }

  private func count(_ plan: inout DrainPlan) async -> DrainAction {
    await held.seal()
    await held.left(await port.departed(), at: .now)
    let points = await port.pointsUnderWay()
    let undecided = await held.undecided(.now)
    let newest = await port.incarnations()
    let departed = Set(await port.departed() + (await held.leftOrigins))
    let ended = undecided.filter { origin in
      newest[origin.id] ?? 0 > origin.incarnation && !departed.contains(origin)
    }
    return plan.counted(
      points, undecided: undecided, ended: Set(ended), await port.view(), now: clock())
  }

  // MARK: Words to peers

  private func tellAll(
    _ ids: [NodeID], _ phase: LeaveNotice.Phase
  ) async -> [NodeID: LeaveAnswer] {
    let notice = LeaveNotice.with {
      $0.cluster = cluster
      $0.node = own.wire
      $0.phase = phase
    }
    let members = await port.view().peers.filter { ids.contains($0.id) }
    let peers = peers
    return await withTaskGroup(of: (NodeID, LeaveAnswer, [Proto.NodeIdentity]).self) { group in
      for member in members {
        group.addTask {
          do {
            let reply = try await peers.leave(notice, member)
            return (member.id, .heard(pointsUnderWay: reply.pointsUnderWay), reply.departed)
          } catch {
            return (member.id, .failed(Failure.text(error)), [])
          }
        }
      }
      var answers: [NodeID: LeaveAnswer] = [:]
      for await (id, answer, departed) in group {
        answers[id] = answer
        for life in departed { if let life = Router.NodeIdentity(life) { await port.left(life) } }
      }
      return answers
    }
  }

  // MARK: Windows to peers

  private func handOver(_ attempt: DrainAttempt, _ timeout: Duration) async -> HandOverOutcome {
    let before = await pointsApplied()
    let heading = HandOverHeading(
      cluster: cluster, origin: own, attempt: attempt.number, includes: await held.included)
    let known = await port.view().peers
    var run = HandOverRun(
      heading, receivers: attempt.receivers,
      withdrawals: known.filter { attempt.withdrawals.contains($0.id) }, peers: peers,
      timeout: timeout)
    do {
      try await handOverMarks(to: attempt.receivers)
      try await run.open()
      for windows in shards + (await held.windows) { try await run.send(windows, now: now) }
      try await run.finish()
    } catch {
      return .failed(error.node, Failure.text(error.cause), begun: run.begun)
    }
    let applied = await pointsApplied() - before
    guard applied == 0 else { return .disturbed(points: applied) }
    return .done(series: run.series, slices: run.slices)
  }

  /// Which rows of clients' batches are in the windows: copies that come later may go to any of the
  /// receivers, so each gets all.
  private func handOverMarks(to receivers: [Member]) async throws(HandOverRun.Failed) {
    for set in marks.sets {
      var parts = MarksParts(cluster: cluster)
      for marks in await marks.handed(set) {
        for part in parts.add(marks) { try await send(part, to: receivers) }
      }
      for part in parts.finish() { try await send(part, to: receivers) }
    }
  }

  private func send(_ part: [UInt8], to receivers: [Member]) async throws(HandOverRun.Failed) {
    for member in receivers {
      do {
        try await peers.handOverMarks(part, to: member)
      } catch {
        throw HandOverRun.Failed(node: member.id, cause: error)
      }
    }
  }

  private func pointsApplied() async -> Int {
    var points = 0
    for shard in shards { points += await shard.statistics().pointsApplied }
    return points
  }

  /// Everything as it was; answers who holds nothing of the node any more.
  private func undo(_ withdrawals: [NodeID], _ attempt: UInt64) async -> [NodeID] {
    await held.unseal()
    await port.reopenLinks()
    await port.rejoinMembership()
    let view = await port.view()
    _ = await tellAll(view.peers.map(\.id), .staying)
    var withdrawn: [NodeID] = []
    let heading = HandOverHeading(cluster: cluster, origin: own, attempt: attempt)
    for peer in view.peers where withdrawals.contains(peer.id) {
      var run = HandOverRun(
        heading, receivers: [], withdrawals: [peer], peers: peers, timeout: .seconds(2))
      do {
        try await run.open()
        try await run.finish()
        withdrawn.append(peer.id)
      } catch {
        log.warning(
          "a peer keeps windows that do not count",
          ["peer": .string(peer.id.text), "reason": .string(Failure.text(error.cause))])
      }
    }
    await port.reopenClients()
    return withdrawn
  }
}
