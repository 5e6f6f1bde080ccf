// SPDX-License-Identifier: Apache-2.0
import Router
import Synchronization

import struct Router.NodeIdentity

/// Where the cluster's actor posts what it knows, for whoever is asked for a report: reading never
/// waits for the actor.
final class ClusterBoard: Sendable {
  /// What stands on the board at one moment.
  struct Notice: Sendable {
    /// The view, who departed, and what is kept for whom.
    var knowledge: ClusterKnowledge
    /// Peers that did not answer their last question in time.
    var silent: Set<NodeID> = []
    /// When a node was last heard of.
    fileprivate(set) var heard: [NodeID: ContinuousClock.Instant] = [:]

    /// A node was heard of: it greeted, acknowledged or answered.
    mutating func noteHeard(_ node: NodeIdentity, at now: ContinuousClock.Instant) {
      heard[node.id] = max(heard[node.id] ?? now, now)
      knowledge.incarnations[node.id] = max(
        knowledge.incarnations[node.id] ?? 0, node.incarnation)
    }

    /// How long ago nodes were last heard of.
    func sinceHeard(_ now: ContinuousClock.Instant) -> [NodeID: Duration] {
      heard.mapValues { $0.duration(to: now) }
    }
  }

  private let notice: Mutex<Notice>

  /// A board with a view on it.
  init(_ view: ClusterView) { notice = Mutex(Notice(knowledge: ClusterKnowledge(view: view))) }

  /// The board of a node without a cluster.
  static var alone: ClusterBoard {
    guard let id = NodeID("alone") else { preconditionFailure("no id") }
    let own = NodeIdentity(id, incarnation: 1)
    return ClusterBoard(
      Membership(own: own, ownAddress: "", weight: 1, retentionSeconds: 1).view)
  }

  /// What stands on it now.
  var current: Notice { notice.withLock { $0 } }

  /// Changes what stands on it, at once for all readers.
  func update(_ change: (inout Notice) -> Void) { notice.withLock { change(&$0) } }
}
