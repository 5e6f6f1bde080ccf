// SPDX-License-Identifier: Apache-2.0
import RPC
import Router
import Shard

/// Where one peer's points go: its link. Touched on ``loop`` only.
protocol PeerLane: AnyObject, Sendable {
  var loop: EventLoop { get }

  /// Takes what a batch holds; the batch is free again when this returns.
  func take(_ batch: PointColumns, _ receipt: ForwardReceipt)
}

/// Which of a loop's open batches a point goes to, by the partition of its name: those of the own
/// shards come first, then one for each peer. A value that is replaced whole when the membership
/// changes.
struct Route: Sendable {
  /// Of one partition: `base + (shard & mask)` is the place of the batch.
  struct Slot: Sendable, Hashable {
    var base: UInt16
    var mask: UInt16
    /// Some name of the partition, or some series, is hot.
    var isHot = false
  }

  /// One for each partition.
  let slots: [Slot]
  /// The peers' lanes, in the order of their batches.
  let lanes: [any PeerLane]
  /// Members of the cluster; 0: this node is none of them.
  let nodes: Int
  /// Who knows of batches besides their owners; nil: nobody.
  let inquiries: Inquiries?

  /// Whose earlier copies of a batch are asked for, and by whom.
  struct Inquiries: Sendable {
    let view: ClusterView
    let inquirer: BatchInquirer
  }

  /// Everything is the node's own.
  static let alone = Route(
    slots: [Slot](repeating: Slot(base: 0, mask: .max), count: RouterLimits.partitions), lanes: [],
    nodes: 1)

  private init(slots: [Slot], lanes: [any PeerLane], nodes: Int) {
    self.slots = slots
    self.lanes = lanes
    self.nodes = nodes
    inquiries = nil
  }

  /// The route to the owners of a view's partitions.
  ///
  /// - Parameters:
  ///   - shards: of this node.
  ///   - lanes: for each member but the node itself.
  ///   - inquirer: asks the view's peers; nil: nobody does.
  init(
    _ view: ClusterView, shards: Int, lanes byID: [NodeID: any PeerLane],
    inquirer: BatchInquirer? = nil
  ) {
    var lanes: [any PeerLane] = []
    let slotOf = view.table.nodes.map { id in
      guard id != view.own.id else { return Slot(base: 0, mask: .max) }
      guard let lane = byID[id] else { preconditionFailure("member \(id) has no lane") }
      lanes.append(lane)
      return Slot(base: UInt16(shards + lanes.count - 1), mask: 0)
    }
    // A node that leaves and has no one left keeps what it gets.
    slots =
      slotOf.isEmpty ? Self.alone.slots : view.table.owners.map { slotOf[Int($0)] }
    self.lanes = lanes
    nodes = view.isOwnMember ? view.table.nodes.count : 0
    inquiries = view.peers.isEmpty ? nil : inquirer.map { Inquiries(view: view, inquirer: $0) }
  }
}
