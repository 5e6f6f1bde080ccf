// SPDX-License-Identifier: Apache-2.0
public import struct Shard.RowOrigin

/// Which rows of which batches this node has taken, so that it takes none twice: by client, by the
/// client's number of the batch, by row.
///
/// A row is claimed before it goes to a shard. A copy of its batch that comes later, by a client's
/// stream or by a peer's link, gets only rows that no copy got before. A batch of which all rows
/// are claimed is one number in a few ranges; of the others there is a bit a row, until their
/// points would be too old anyway, or until the marks take too much memory: then the oldest are
/// forgotten, and nothing more is taken of their batches.
///
/// Rows may also be fenced, by whoever takes a later copy to other nodes: see
/// ``fence(_:_:age:_:now:)``. Times are Unix seconds and come from the caller.
public struct BatchMarks: Sendable {
  /// Who sends batches: 1 to 64 bytes.
  public typealias ClientID = [UInt8]

  /// What a copy of a batch gets.
  public enum Claim: Sendable, Equatable {
    /// Perhaps no rows; ``settle(_:_:without:now:)`` is owed once it is known what became of them.
    case granted(Grant)
    /// Nothing: this node has taken all rows that were for it, and it is known what became of them.
    case repeated
    /// Nothing, and no other node is to get any: the client knows what became of the batch.
    case late
    /// Nothing: it is not known any more which rows this node has taken.
    case forgotten
    /// Nothing: there are too many clients.
    case refused
  }

  /// What a copy gets of the rows that it asked for. The others have been claimed before.
  public struct Grant: Sendable, Equatable {
    /// They are this copy's.
    public var rows: RowSet
    /// A later copy has taken them elsewhere; nobody has claimed them here.
    public var superseded: RowSet

    /// No row is this copy's.
    public static func none(superseded: RowSet = RowSet(rows: 0)) -> Grant {
      Grant(RowSet(rows: 0), superseded: superseded)
    }

    /// As given; without rows that are superseded.
    init(_ rows: RowSet, superseded: RowSet = RowSet(rows: 0)) {
      self.rows = rows
      self.superseded = superseded
    }
  }

  struct Mark: Sendable {
    var claimed: RowSet
    /// Rows that only copies of this age, or older ones, may claim.
    var fence: (rows: RowSet, age: UInt32)?
    /// Copies that have not been settled yet.
    var copiesOpen = 0
    /// The copies that wait for that.
    var waiting: [UInt64] = []
    /// How many times it is in the queue.
    var queued = 0
  }

  struct Client: Sendable {
    /// The client has the acks of all batches up to this one.
    var confirmed: UInt64 = 0
    var marks: [UInt64: Mark] = [:]
    /// Batches of which all rows were taken.
    var whole = SequenceRanges()
    /// Batches of which nothing is known any more.
    var forgotten = SequenceRanges()
    var usedAt: Int64 = 0
  }

  /// A batch of which some rows are claimed or fenced, in the order in which they were.
  struct Partial: Sendable {
    var client: ClientID
    var sequence: UInt64
    var at: Int64
    var bytes: Int
  }

  let keepSeconds: Int64
  let clientsMax: Int
  let bytesMax: Int
  var clients: [ClientID: Client] = [:]
  var partials = FIFO<Partial>()
  var sweptAt = Int64.min
  /// Bytes of the marks of batches that are not claimed whole, about.
  public internal(set) var bytes = 0

  /// - Parameters:
  ///   - keepSeconds: after so long points are too old for the window, however far ahead they were.
  ///   - clientsMax: clients known at a time.
  ///   - bytesMax: for marks of batches that are not claimed whole.
  public init(
    keepSeconds: Int64, clientsMax: Int = RouterLimits.batchClientsMax,
    bytesMax: Int = RouterLimits.batchMarkBytesMax
  ) {
    self.keepSeconds = keepSeconds
    self.clientsMax = clientsMax
    self.bytesMax = bytesMax
  }

  /// Clients known.
  public var clientCount: Int { clients.count }

  /// Batches that are kept row by row.
  public var markCount: Int { clients.values.reduce(0) { $0 + $1.marks.count } }

  // MARK: Claims

  /// A copy of a batch came from the client itself: takes what is new of the rows that are this
  /// node's. One that the client has confirmed elsewhere is late, and nothing of it is taken.
  public mutating func claimSent(_ copy: RowOrigin, _ rows: RowSet, now: Int64) -> Claim {
    guard know(copy.client, now, clientsMax: clientsMax) else { return .refused }
    if copy.sequence <= clients[copy.client]!.confirmed { return .late }
    return claim(copy, rows, now)
  }

  /// Rows of a batch came from a peer: takes what is new. They may come long after the client has
  /// confirmed the batch, when they were kept for this node.
  public mutating func claimForwarded(_ copy: RowOrigin, _ rows: RowSet, now: Int64) -> Claim {
    // Who forwards has let the client in, and is bound to the same limit.
    _ = know(copy.client, now, clientsMax: .max)
    return claim(copy, rows, now)
  }

  private mutating func claim(_ copy: RowOrigin, _ rows: RowSet, _ now: Int64) -> Claim {
    trim(now)
    let (client, sequence) = (copy.client, copy.sequence)
    clients[client]!.confirmed = max(clients[client]!.confirmed, copy.confirmed)
    if clients[client]!.whole.contains(sequence) { return .repeated }
    if clients[client]!.forgotten.contains(sequence) { return .forgotten }
    guard var mark = clients[client]!.marks.removeValue(forKey: sequence) else {
      clients[client]!.marks[sequence] = Mark(claimed: rows, copiesOpen: 1)
      return .granted(Grant(rows))
    }
    var grant = Grant(rows)
    if let fence = mark.fence, copy.age < fence.age {
      grant.superseded = rows.intersection(fence.rows)
      grant.superseded.subtract(mark.claimed)
      grant.rows.subtract(grant.superseded)
    }
    grant.rows = mark.claimed.claim(grant.rows)
    mark.copiesOpen += 1
    clients[client]!.marks[sequence] = mark
    return .granted(grant)
  }

  /// It is known what became of a claim's rows.
  ///
  /// - Parameter rejected: rows that were granted, and were not taken after all.
  /// - Returns: the waiting copies whose wait is over.
  public mutating func settle(
    _ client: ClientID, _ sequence: UInt64, without rejected: some Sequence<Int>, now: Int64
  ) -> [UInt64] {
    guard var mark = clients[client]?.marks.removeValue(forKey: sequence) else {
      preconditionFailure("a claim is settled that was never granted")
    }
    for row in rejected { mark.claimed.remove(row) }
    mark.copiesOpen -= 1
    var due: [UInt64] = []
    if mark.copiesOpen == 0 { swap(&due, &mark.waiting) }
    keep(mark, client, sequence, now)
    return due
  }

  /// Asks to be told when no copy of a batch is open any more.
  ///
  /// - Returns: false when none is: there is nothing to wait for.
  public mutating func wait(_ client: ClientID, _ sequence: UInt64, ticket: UInt64) -> Bool {
    guard let mark = clients[client]?.marks[sequence], mark.copiesOpen > 0 else { return false }
    clients[client]!.marks[sequence]!.waiting.append(ticket)
    return true
  }

  /// Of rows that earlier copies had claimed, those that they did not bring after all. To be asked
  /// when no copy is open any more.
  public func lost(_ client: ClientID, _ sequence: UInt64, of rows: RowSet) -> RowSet {
    guard let known = clients[client], !known.whole.contains(sequence),
      !known.forgotten.contains(sequence)
    else { return RowSet(rows: rows.rows) }
    var lost = rows
    if let mark = known.marks[sequence] { lost.subtract(mark.claimed) }
    return lost
  }
}
