// SPDX-License-Identifier: Apache-2.0

/// What a node knows of its cluster when it is asked for a report: whom to ask, and what to say of
/// itself.
public struct ClusterKnowledge: Sendable {
  /// The current view.
  public var view: ClusterView
  /// A source has named the members. Without, there may be any number of them.
  public var isMembershipKnown = true
  /// The newest life heard of, by node.
  public var incarnations: [NodeID: UInt64] = [:]
  /// Points kept for nodes that are away.
  public var hinted: [NodeID: UInt64] = [:]
  /// Lives that have handed over all they had, and ended.
  public var departed: Set<NodeIdentity> = []
  /// The node has itself handed over all it has.
  public var handedOver = false

  /// Knows a view, and nothing else yet.
  public init(view: ClusterView) { self.view = view }

  /// The latest life of a node that has departed, unless a newer one was heard of. O(departed).
  public func departedLife(of id: NodeID) -> NodeIdentity? {
    let latest = departed.filter { $0.id == id }.max { $0.incarnation < $1.incarnation }
    guard let latest, latest.incarnation >= incarnations[id] ?? 0 else { return nil }
    return latest
  }

  /// Whom to ask for their part of a report.
  public var toAsk: [Member] { view.peers.filter { departedLife(of: $0.id) == nil } }

  /// What the node says of itself.
  ///
  /// - Parameter clock: Unix seconds.
  public func head(clock: Int64) -> AnswerHead {
    let others = (view.peers.map(\.id) + view.strangers).filter { departedLife(of: $0) == nil }
    return AnswerHead(
      node: view.own, clock: clock, epoch: view.epoch, known: (others + [view.own.id]).sorted(),
      hinted: hinted.filter { $0.value > 0 }, departed: departed, handedOver: handedOver)
  }
}
