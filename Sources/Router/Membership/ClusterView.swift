// SPDX-License-Identifier: Apache-2.0

/// The cluster as one node sees it at one time: a value that is replaced whole.
public struct ClusterView: Sendable, Hashable {
  /// Counts the changes of this node's view, from 1. Not comparable between nodes.
  public let epoch: UInt64
  /// The node whose view it is.
  public let own: NodeIdentity
  /// Nodes that points are placed on, in order of ids. The node itself is among them unless it
  /// leaves.
  public let members: [Member]
  /// Nodes that get no more points but are asked for reports until what they hold has expired, in
  /// order of ids: leaving nodes, and those that the source no longer names.
  public let former: [Member]
  /// Nodes that were met and that the source does not name, in order of ids: they may hold points,
  /// and nobody here knows where to ask them.
  public let strangers: [NodeID]
  /// Where partitions are: on `members`.
  public let table: PartitionTable
  /// Where they were before, within the window: oldest first.
  public let earlier: [EarlierPlacement]

  /// A view as given.
  public init(
    epoch: UInt64, own: NodeIdentity, members: [Member], former: [Member],
    strangers: [NodeID] = [], table: PartitionTable, earlier: [EarlierPlacement] = []
  ) {
    self.epoch = epoch
    self.own = own
    self.members = members
    self.former = former
    self.strangers = strangers
    self.table = table
    self.earlier = earlier
  }

  /// Everyone to ask for a report, but the node itself.
  public var peers: [Member] { (members + former).filter { $0.id != own.id } }
}

/// Where partitions were until a change.
public struct EarlierPlacement: Sendable, Hashable {
  /// On the members of then.
  public let table: PartitionTable
  /// Unix seconds of the node that looks.
  public let until: Int64
}
