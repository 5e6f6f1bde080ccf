// SPDX-License-Identifier: Apache-2.0

/// Which rows of which batches this node has taken, so that it takes none twice: by client, by the
/// client's number of the batch, by row.
///
/// A row is claimed before it goes to a shard. A copy of its batch that comes later, by a client's
/// stream or by a peer's link, gets only rows that no copy got before. A batch of which all rows
/// are claimed is one number in a few ranges; of the others there is a bit a row, until their
/// points would be too old anyway, or until the marks take too much memory: then the oldest are
/// closed, as if all their rows had been claimed. Times are Unix seconds and come from the caller.
public struct BatchMarks: Sendable {
  /// Who sends batches: 1 to 64 bytes.
  public typealias ClientID = [UInt8]

  /// What a copy of a batch gets.
  public enum Claim: Sendable, Equatable {
    /// These rows, perhaps none; ``settle(_:_:without:)`` is owed once it is known what became of
    /// them.
    case granted(RowSet)
    /// Nothing: this node has taken all rows that were for it, and it is known what became of them.
    case repeated
    /// Nothing, and no other node is to get any: the client knows what became of the batch.
    case late
    /// Nothing: there are too many clients.
    case refused
  }

  private struct Mark {
    var claimed: RowSet
    /// Copies that have not been settled yet.
    var copiesOpen = 1
    /// The copies that wait for that.
    var waiting: [UInt64] = []
    var isInQueue = false
  }

  private struct Client {
    /// The client has the acks of all batches up to this one.
    var confirmed: UInt64 = 0
    var marks: [UInt64: Mark] = [:]
    /// Batches of which nothing is taken any more.
    var closed = SequenceRanges()
    var usedAt: Int64 = 0
  }

  /// A batch of which some rows are claimed, in the order in which they were.
  private struct Partial: Sendable {
    var client: ClientID
    var sequence: UInt64
    var at: Int64
    var bytes: Int
  }

  private let keepSeconds: Int64
  private let clientsMax: Int
  private let bytesMax: Int
  private var clients: [ClientID: Client] = [:]
  private var partials = FIFO<Partial>()
  private var sweptAt = Int64.min
  /// Bytes of the marks of batches that are not claimed whole, about.
  public private(set) var bytes = 0

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
  public mutating func claimSent(
    _ client: ClientID, _ sequence: UInt64, confirmed: UInt64, _ rows: RowSet, now: Int64
  ) -> Claim {
    guard know(client, now, clientsMax: clientsMax) else { return .refused }
    if sequence <= clients[client]!.confirmed { return .late }
    clients[client]!.confirmed = max(clients[client]!.confirmed, confirmed)
    return claim(client, sequence, rows, now)
  }

  /// Rows of a batch came from a peer: takes what is new. They may come long after the client has
  /// confirmed the batch, when they were kept for this node.
  public mutating func claimForwarded(
    _ client: ClientID, _ sequence: UInt64, confirmed: UInt64, _ rows: RowSet, now: Int64
  ) -> Claim {
    // Who forwards has let the client in, and is bound to the same limit.
    _ = know(client, now, clientsMax: .max)
    clients[client]!.confirmed = max(clients[client]!.confirmed, confirmed)
    return claim(client, sequence, rows, now)
  }

  private mutating func claim(
    _ client: ClientID, _ sequence: UInt64, _ rows: RowSet, _ now: Int64
  ) -> Claim {
    trim(now)
    if clients[client]!.closed.contains(sequence) { return .repeated }
    guard clients[client]!.marks[sequence] != nil else {
      clients[client]!.marks[sequence] = Mark(claimed: rows)
      return .granted(rows)
    }
    clients[client]!.marks[sequence]!.copiesOpen += 1
    return .granted(clients[client]!.marks[sequence]!.claimed.claim(rows))
  }

  /// It is known what became of a claim's rows; these were not taken after all.
  ///
  /// - Returns: the waiting copies whose wait is over.
  public mutating func settle(
    _ client: ClientID, _ sequence: UInt64, without rejected: some Sequence<Int>, now: Int64
  ) -> [UInt64] {
    guard var mark = clients[client]?.marks[sequence] else {
      preconditionFailure("a claim is settled that was never granted")
    }
    clients[client]!.marks[sequence] = nil
    for row in rejected { mark.claimed.remove(row) }
    mark.copiesOpen -= 1
    defer { keepOrClose(client, sequence, mark, now) }
    guard mark.copiesOpen == 0 else { return [] }
    defer { mark.waiting = [] }
    return mark.waiting
  }

  /// Asks to be told when no copy of a batch is open any more.
  ///
  /// - Returns: false when none is: there is nothing to wait for.
  public mutating func wait(_ client: ClientID, _ sequence: UInt64, ticket: UInt64) -> Bool {
    guard let mark = clients[client]?.marks[sequence], mark.copiesOpen > 0 else { return false }
    clients[client]!.marks[sequence]!.waiting.append(ticket)
    return true
  }

  // MARK: Forgetting

  private mutating func keepOrClose(
    _ client: ClientID, _ sequence: UInt64, _ mark: Mark, _ now: Int64
  ) {
    guard mark.copiesOpen == 0 else {
      clients[client]!.marks[sequence] = mark
      return
    }
    if mark.claimed.count == mark.claimed.rows {
      close(client, sequence)
    } else if mark.claimed.isEmpty, !mark.isInQueue {
      return
    } else {
      var mark = mark
      if !mark.isInQueue {
        mark.isInQueue = true
        let size = RouterLimits.batchMarkBytes + mark.claimed.words.count * 8
        bytes += size
        partials.append(Partial(client: client, sequence: sequence, at: now, bytes: size))
      }
      clients[client]!.marks[sequence] = mark
    }
  }

  private mutating func close(_ client: ClientID, _ sequence: UInt64) {
    clients[client]!.marks[sequence] = nil
    clients[client]!.closed.insert(sequence)
    clients[client]!.closed.keep(RouterLimits.batchRangesMax)
  }

  /// Closes what is too old, and the oldest of what is too much.
  private mutating func trim(_ now: Int64) {
    while let oldest = partials.first, bytes > bytesMax || now - oldest.at > keepSeconds {
      _ = partials.popFirst()
      bytes -= oldest.bytes
      guard let mark = clients[oldest.client]?.marks[oldest.sequence], mark.isInQueue else {
        continue
      }
      if mark.copiesOpen == 0 {
        close(oldest.client, oldest.sequence)
      } else {
        clients[oldest.client]!.marks[oldest.sequence]!.isInQueue = false
      }
    }
  }

  /// Makes room for a client that is new. O(clients) now and then.
  private mutating func know(_ client: ClientID, _ now: Int64, clientsMax: Int) -> Bool {
    if clients[client] == nil {
      forgetIdle(now)
      guard clients.count < clientsMax else { return false }
      clients[client] = Client()
    }
    clients[client]!.usedAt = now
    return true
  }

  private mutating func forgetIdle(_ now: Int64) {
    guard sweptAt == Int64.min || now < sweptAt || now - sweptAt >= keepSeconds / 16 + 1 else {
      return
    }
    sweptAt = now
    clients = clients.filter { _, client in
      now - client.usedAt <= keepSeconds || client.marks.values.contains { $0.copiesOpen > 0 }
    }
  }
}
