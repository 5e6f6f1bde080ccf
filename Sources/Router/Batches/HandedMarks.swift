// SPDX-License-Identifier: Apache-2.0

/// What a node that leaves has taken of one client's batches, or a part of that: whoever owns its
/// partitions next takes none of it again. To take it twice changes nothing.
public struct HandedMarks: Sendable, Hashable {
  /// Some rows of a batch.
  public struct Batch: Sendable, Hashable {
    /// The client's number of it.
    public var sequence: UInt64
    /// Those taken.
    public var rows: RowSet
  }

  /// Whose batches.
  public var client: BatchMarks.ClientID
  /// The client has the acks of all up to this one.
  public var confirmed: UInt64
  /// Batches taken whole, in order.
  public var whole: [ClosedRange<UInt64>] = []
  /// Batches of which nothing is known any more, in order.
  public var forgotten: [ClosedRange<UInt64>] = []
  /// Batches taken in part, in order of their numbers.
  public var batches: [Batch] = []
}

extension BatchMarks {
  /// Batches of which a copy is open, in no order. O(marks).
  public var open: [(client: ClientID, sequence: UInt64)] {
    clients.flatMap { id, client in
      client.marks.filter { $0.value.copiesOpen > 0 }.map { (id, $0.key) }
    }
  }

  /// All that is known, of clients in no order. What is ``open`` counts as taken: have nothing
  /// open. O(marks).
  public var handed: [HandedMarks] {
    clients.map { id, client in
      HandedMarks(
        client: id, confirmed: client.confirmed, whole: client.whole.ranges,
        forgotten: client.forgotten.ranges,
        batches: client.marks.filter { !$0.value.claimed.isEmpty }.sorted { $0.key < $1.key }
          .map { HandedMarks.Batch(sequence: $0.key, rows: $0.value.claimed) })
    }
  }

  /// Takes over what another node has taken: as if it had been taken here.
  public mutating func adopt(_ handed: HandedMarks, now: Int64) {
    trim(now)
    let client = handed.client
    _ = know(client, now, clientsMax: .max)
    clients[client]!.confirmed = max(clients[client]!.confirmed, handed.confirmed)
    for range in handed.whole { clients[client]!.whole.insert(range) }
    for range in handed.forgotten { clients[client]!.forgotten.insert(range) }
    clients[client]!.whole.keep(RouterLimits.batchRangesMax)
    clients[client]!.forgotten.keep(RouterLimits.batchRangesMax)
    for batch in handed.batches where !clients[client]!.whole.contains(batch.sequence) {
      var mark =
        clients[client]!.marks.removeValue(forKey: batch.sequence)
        ?? Mark(claimed: RowSet(rows: batch.rows.rows))
      mark.claimed.formUnion(batch.rows)
      keep(mark, client, batch.sequence, now)
    }
  }
}
