// SPDX-License-Identifier: Apache-2.0
public import struct Shard.RowOrigin

extension BatchMarks {
  /// What this node says of rows of a batch that a later copy takes to other nodes.
  public enum Answer: Sendable, Equatable {
    /// It has taken these of them.
    case rows(RowSet)
    /// The client has the ack of the batch.
    case confirmed
    /// It does not know any more which it has taken.
    case forgotten
  }

  /// Whoever gets a later copy of a batch asks, before it takes any of it, each node for the rows
  /// that are not that node's, as it sees it. Copies younger than `age`, wherever they are still
  /// under way, get none of these rows here from now on: so what is said stays true.
  ///
  /// While copies are open the answer is not final: ask ``taken(_:_:_:)`` when none is.
  public mutating func fence(
    _ client: ClientID, _ sequence: UInt64, age: UInt32, _ rows: RowSet, now: Int64
  ) -> Answer {
    trim(now)
    _ = know(client, now, clientsMax: .max)
    let answer = taken(client, sequence, rows)
    guard case .rows = answer, !clients[client]!.whole.contains(sequence) else { return answer }
    var mark =
      clients[client]!.marks.removeValue(forKey: sequence)
      ?? Mark(claimed: RowSet(rows: rows.rows))
    var fence = mark.fence ?? (RowSet(rows: mark.claimed.rows), 0)
    fence.rows.formUnion(rows)
    fence.age = max(fence.age, age)
    mark.fence = fence
    keep(mark, client, sequence, now)
    return answer
  }

  /// Rows that a later copy has taken elsewhere: nobody is to get them of this one, from here or
  /// through this node.
  public func superseded(_ copy: RowOrigin, _ rows: RowSet) -> RowSet {
    guard let mark = clients[copy.client]?.marks[copy.sequence], let fence = mark.fence,
      copy.age < fence.age
    else { return RowSet(rows: rows.rows) }
    var superseded = rows.intersection(fence.rows)
    superseded.subtract(mark.claimed)
    return superseded
  }

  /// Which of some rows of a batch this node has taken.
  public func taken(_ client: ClientID, _ sequence: UInt64, _ rows: RowSet) -> Answer {
    guard let client = clients[client] else { return .rows(RowSet(rows: rows.rows)) }
    if sequence <= client.confirmed { return .confirmed }
    if client.whole.contains(sequence) { return .rows(rows) }
    if client.forgotten.contains(sequence) { return .forgotten }
    guard let mark = client.marks[sequence] else { return .rows(RowSet(rows: rows.rows)) }
    return .rows(rows.intersection(mark.claimed))
  }
}
