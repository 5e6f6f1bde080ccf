// SPDX-License-Identifier: Apache-2.0

/// How a node leaves for good without losing a point: what to do next, after each outcome.
///
/// It tells its peers, forwards everything, waits until nothing is on its way to it or from it,
/// copies its windows to those who own the names then, and only when all of these have everything
/// switches over: from then on their copies count and not its own. Before that moment it can stay,
/// and does when the time is up; after it there is no way back, and nothing that can fail.
///
/// Each attempt has a larger number, and goes to everyone who had part of an earlier one, so that
/// no two attempts count together.
public struct DrainPlan: Sendable {
  /// Where it stands.
  public enum Step: String, Sendable, Hashable {
    /// Telling all peers, and waiting until nothing is on its way here.
    case announcing
    /// Ending clients' streams.
    case closing
    /// Waiting until all points that were taken in have arrived where they belong.
    case flushing
    /// Copying the windows.
    case handingOver = "handing over"
    /// Others hold everything; telling all peers.
    case leaving
    /// Going back to where it was.
    case staying
    /// Nothing is left to do.
    case finished
  }

  /// Where it stands.
  public private(set) var step = Step.announcing
  /// What keeps it there, for people; empty: nothing.
  public private(set) var reason = ""
  /// Series that others have taken over.
  public private(set) var seriesHandedOver = 0
  /// Slices that others have taken over.
  public private(set) var slicesHandedOver = 0
  /// For the next drain, should this one fail.
  public private(set) var history: HandOverHistory

  private let own: NodeID
  private let deadline: LinkTime
  /// Until then peers that cannot be reached are waited for.
  private let patience: LinkTime
  private var attempt: DrainAttempt?
  private var unreachable: Set<NodeID> = []
  /// Lives that ended, of which peers are asked whether they had left.
  private var doubted: Set<NodeIdentity> = []
  private var untold: Set<NodeID> = []
  private var farewells = 0

  /// A plan that has not begun.
  ///
  /// - Parameters:
  ///   - history: of earlier drains of this life.
  ///   - timeoutMilliseconds: the time until it gives up and stays.
  public init(
    own: NodeID, history: HandOverHistory = HandOverHistory(), timeoutMilliseconds: Int64,
    now: LinkTime
  ) {
    self.own = own
    self.history = history
    deadline = now + timeoutMilliseconds
    patience = now + timeoutMilliseconds / 4
  }

  /// Milliseconds until it gives up; at least a second, so that what is being done may end.
  public func timeLeft(_ now: LinkTime) -> Int64 { max(1000, deadline - now) }

  // MARK: Announcing

  /// Begins.
  public mutating func begin(_ view: ClusterView) -> DrainAction {
    guard view.members.contains(where: { $0.id != own }) else {
      step = .finished
      return .fail("a node alone has nobody to hand over to")
    }
    return .leaveMembership
  }

  /// The node is no member of its own view any more.
  public mutating func leftMembership(_ view: ClusterView) -> DrainAction { announce(view) }

  private func announce(_ view: ClusterView) -> DrainAction { .announce(view.peers.map(\.id)) }

  /// What peers said. Who was not asked, because the view has changed since, is asked next time.
  /// What they know of others that left must be known to the node by then.
  public mutating func announced(
    _ answers: [NodeID: LeaveAnswer], _ view: ClusterView, now: LinkTime
  ) -> DrainAction {
    unreachable = Set(view.peers.map(\.id).filter { answers[$0]?.isHeard != true })
    if step == .flushing { return .count }
    var onTheirWay: [String] = []
    var errors: [String] = []
    for id in view.peers.map(\.id) {
      switch answers[id] {
      case .heard(pointsUnderWay: 0): break
      case .heard(let points): onTheirWay.append("\(points) points are on their way from \(id)")
      case .failed(let error): errors.append("\(id) cannot be told: \(error)")
      case nil: onTheirWay.append("\(id) has not been told")
      }
    }
    let isAnyoneThere = view.members.contains { !unreachable.contains($0.id) }
    let isDone = onTheirWay.isEmpty && (errors.isEmpty || isAnyoneThere && now >= patience)
    reason = (onTheirWay + errors).joined(separator: "; ")
    guard isDone else { return waitOrStay(RouterLimits.drainPauseMilliseconds, view, now: now) }
    if step == .handingOver { return handOver(view, now: now) }
    step = .closing
    return .closeClients
  }

  // MARK: Closing and flushing

  /// Streams or links are closed.
  public mutating func closed(_ view: ClusterView, now: LinkTime) -> DrainAction {
    if step == .closing {
      step = .flushing
      return .count
    }
    step = .handingOver
    return handOver(view, now: now)
  }

  /// What is still under way. Whoever ended, and of whose leaving no peer has heard, has crashed.
  ///
  /// - Parameters:
  ///   - points: that links still have, by peer.
  ///   - undecided: lives for which the node holds windows of which it is not known whether they
  ///     count.
  ///   - ended: those of them whose nodes run in later lives.
  public mutating func counted(
    _ points: [NodeID: Int64], undecided: [NodeIdentity], ended: Set<NodeIdentity> = [],
    _ view: ClusterView, now: LinkTime
  ) -> DrainAction {
    let isNews = doubted != ended
    doubted = isNews ? ended : []
    if isNews && !ended.isEmpty { return announce(view) }
    if !ended.isEmpty && unreachable.isEmpty { return .drop(undecided.filter(ended.contains)) }
    let left = points.filter { $0.value > 0 }.sorted { $0.key < $1.key }
    reason =
      (left.map { "\($0.value) points for \($0.key) are not delivered" }
      + undecided.map { "it is not known whether \($0) has left" }).joined(separator: "; ")
    guard reason.isEmpty else {
      return waitOrStay(RouterLimits.drainPauseMilliseconds, view, now: now)
    }
    return .closeLinks
  }

  // MARK: Handing over

  private mutating func handOver(_ view: ClusterView, now: LinkTime) -> DrainAction {
    let receivers = view.members.filter { member in
      member.id != own
        && (!unreachable.contains(member.id) || history.holders.contains(member.id))
    }
    let asked = Set(view.peers.map(\.id))
    history.holders.formIntersection(asked)
    guard !receivers.isEmpty else {
      reason = "there is nobody to hand over to"
      return waitOrStay(RouterLimits.drainRetryMilliseconds, view, now: now)
    }
    let withdrawals = history.holders.subtracting(receivers.map(\.id))
    history.attempts += 1
    let attempt = DrainAttempt(
      number: history.attempts, receivers: receivers, withdrawals: withdrawals.sorted())
    self.attempt = attempt
    return .handOver(attempt)
  }

  /// What came of the latest attempt.
  public mutating func handedOver(
    _ outcome: HandOverOutcome, _ view: ClusterView, now: LinkTime
  ) -> DrainAction {
    guard let attempt else { preconditionFailure("no attempt was made") }
    switch outcome {
    case .done(let series, let slices):
      history.holders = Set(attempt.receivers.map(\.id))
      let members = Set(view.members.map(\.id))
      let hasLost = attempt.receivers.contains { !members.contains($0.id) }
      guard !hasLost else {
        reason = "the membership has changed"
        break
      }
      (seriesHandedOver, slicesHandedOver) = (series, slices)
      reason = ""
      step = .leaving
      return .switchOver
    case .failed(let id, let error, let begun):
      history.holders.formUnion(begun)
      reason = "\(id) has not taken over: \(error)"
    case .disturbed(let points):
      history.holders = Set(attempt.receivers.map(\.id))
      reason = "\(points) points arrived in between"
    }
    return waitOrStay(RouterLimits.drainRetryMilliseconds, view, now: now)
  }

  // MARK: Leaving

  /// What others hold counts now.
  public mutating func switched(_ view: ClusterView) -> DrainAction {
    untold = Set(view.peers.map(\.id))
    return .bidFarewell(untold.sorted())
  }

  /// Who heard that the node has left. The others hear it of their peers.
  public mutating func bade(_ answers: [NodeID: LeaveAnswer], now: LinkTime) -> DrainAction {
    farewells += 1
    for (id, answer) in answers {
      if case .heard = answer { untold.remove(id) }
    }
    if untold.isEmpty || farewells >= RouterLimits.drainFarewellsMax {
      reason =
        untold.isEmpty ? "" : "not told: " + untold.sorted().map(\.text).joined(separator: ",")
      step = .finished
      return .finish
    }
    return .wait(milliseconds: RouterLimits.drainRetryMilliseconds)
  }

  // MARK: Waiting and staying

  /// A pause is over. Peers are told anew first: one may have come up, or started again.
  public mutating func waited(_ view: ClusterView, now: LinkTime) -> DrainAction {
    switch step {
    case .announcing, .handingOver: announce(view)
    case .closing, .flushing: .count
    case .leaving: .bidFarewell(untold.sorted())
    case .staying, .finished: preconditionFailure("nothing to wait for")
    }
  }

  private mutating func waitOrStay(
    _ milliseconds: Int64, _ view: ClusterView, now: LinkTime
  ) -> DrainAction {
    guard now >= deadline else { return .wait(milliseconds: milliseconds) }
    step = .staying
    let withdrawals = history.holders.intersection(view.peers.map(\.id)).sorted()
    if !withdrawals.isEmpty { history.attempts += 1 }
    return .undo(withdrawals: withdrawals, attempt: history.attempts)
  }

  /// Everything is as before.
  ///
  /// - Parameter withdrawn: those who hold nothing any more.
  public mutating func undone(withdrawn: [NodeID]) -> DrainAction {
    history.holders.subtract(withdrawn)
    step = .staying
    return .fail(reason.isEmpty ? "the time is up" : reason)
  }
}
