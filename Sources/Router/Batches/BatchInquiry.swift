// SPDX-License-Identifier: Apache-2.0
public import struct Shard.RowOrigin

/// What became of a batch's rows in earlier copies, as far as nodes other than their owners know.
public enum BatchFate: Sendable, Equatable {
  /// Nothing but this is in the owners' marks.
  case known(repeated: RowSet, unknown: RowSet)
  /// The client has the ack: all of it came.
  case confirmed

  /// A first copy's: nothing has come before.
  public static let first = BatchFate.known(repeated: RowSet(rows: 0), unknown: RowSet(rows: 0))
}

/// Finds out, before a later copy of a batch is taken, which rows earlier copies have brought to
/// nodes that do not own them now.
///
/// Owners know what they have taken, and that is enough as long as all copies find the same owners.
/// When owners change, or nodes see them differently, copies go to different ones. So whoever gets
/// a later copy asks each other node, and itself, for the rows that are another's, and each takes
/// none of those from younger copies any more (``BatchMarks/fence(_:_:age:_:now:)``).
///
/// A node that has forgotten the batch leaves all these rows unknown; one that cannot answer those
/// that it owned, as this node saw it, when the batch was first sent or since. Whoever has left for
/// good has handed its marks over.
public struct BatchInquiry: Sendable {
  /// Which copy.
  public let copy: RowOrigin
  /// As it was when the inquiry began; with another one rows may have other owners.
  public let view: ClusterView
  /// The partition of each row.
  private let partitions: [UInt16]
  /// When the batch was first sent, allowing for views that lag. Unix seconds.
  private let since: Int64
  private var awaited: Set<NodeID>
  private var repeated: RowSet
  private var unknown: RowSet
  private var isConfirmed = false

  /// Nobody has answered.
  ///
  /// - Parameters:
  ///   - partitions: of each row of the batch.
  ///   - now: Unix seconds.
  public init(_ copy: RowOrigin, partitions: [UInt16], view: ClusterView, now: Int64) {
    precondition(partitions.count == copy.points, "a partition for each row")
    self.copy = copy
    self.view = view
    self.partitions = partitions
    since = now - Int64(copy.age) / 1000 - RouterLimits.viewLagSeconds
    repeated = RowSet(rows: copy.points)
    unknown = repeated
    awaited = Set(view.peers.map(\.id) + [view.own.id])
  }

  /// Who is to be asked: the node itself and all its peers.
  public var asked: [NodeID] { awaited.sorted() }

  /// The rows that a node is asked for: those that it does not own. O(rows).
  public func rows(for id: NodeID) -> RowSet {
    var rows = RowSet(rows: partitions.count)
    let node = view.table.index(of: id)
    for (row, partition) in partitions.enumerated()
    where view.table.owners.isEmpty || Int(view.table.owners[Int(partition)]) != node {
      rows.insert(row)
    }
    return rows
  }

  /// Whether rows stay unknown without this node's answer.
  public func isDecisive(_ id: NodeID) -> Bool { !rowsEarlier(of: id).isEmpty }

  /// A node has answered; nil: it could not be asked, or did not answer in time.
  ///
  /// - Returns: what became of the rows, when it was the last.
  public mutating func answered(_ id: NodeID, _ answer: BatchMarks.Answer?) -> BatchFate? {
    precondition(awaited.remove(id) != nil, "an answer that is not awaited")
    switch answer {
    case .rows(let rows): repeated.formUnion(rows)
    case .confirmed: isConfirmed = true
    case .forgotten: unknown.formUnion(rows(for: id))
    case nil: unknown.formUnion(rowsEarlier(of: id))
    }
    guard awaited.isEmpty else { return nil }
    if isConfirmed { return .confirmed }
    unknown.subtract(repeated)
    return .known(repeated: repeated, unknown: unknown)
  }

  /// The rows that a node owned when the batch was first sent or since, and does not own now.
  private func rowsEarlier(of id: NodeID) -> RowSet {
    var rows = RowSet(rows: partitions.count)
    let now = view.table.index(of: id)
    for placement in view.earlier where placement.until >= since {
      guard let node = placement.table.index(of: id) else { continue }
      for (row, partition) in partitions.enumerated()
      where Int(placement.table.owners[Int(partition)]) == node
        && (view.table.owners.isEmpty || Int(view.table.owners[Int(partition)]) != now)
      {
        rows.insert(row)
      }
    }
    return rows
  }
}
