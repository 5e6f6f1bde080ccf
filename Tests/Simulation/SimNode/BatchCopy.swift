// SPDX-License-Identifier: Apache-2.0
import Router
import Shard

/// A point in a batch of columns: of a call, or the row of a copy.
enum RowSource {
  case call(PointNumber)
  case batch(BatchCopy, row: Int)
}

/// One copy of a batch as one stream brought it, from its arrival to its ack.
final class BatchCopy {
  let message: BatchMessage
  let stream: BatchStream
  /// Rows' ordinals count from here.
  let firstOrdinal: UInt32
  /// Rows that the marks granted, and are owed a word on; nil: none were asked for.
  var granted: RowSet?
  /// Rows of the node's own that earlier copies have claimed here.
  var claimedEarlier: RowSet?
  /// Rows that are with the node's own shards, or will be when the turn ends.
  var ownUnsettled = 0
  /// Rows of which it is not known what became of them.
  var unsettled = 0
  private(set) var isTurnClosed = false
  private(set) var outcomes: [RowOutcome?]

  init(_ message: BatchMessage, _ stream: BatchStream, firstOrdinal: UInt32) {
    self.message = message
    self.stream = stream
    self.firstOrdinal = firstOrdinal
    outcomes = Array(repeating: nil, count: message.origin.points)
  }

  var origin: RowOrigin { message.origin }
  var ordinals: Range<UInt32> { firstOrdinal..<firstOrdinal + UInt32(outcomes.count) }
  var isOwnDone: Bool { isTurnClosed && ownUnsettled == 0 }
  var isDone: Bool { isTurnClosed && unsettled == 0 }
  var hasRepeated: Bool { outcomes.contains(.repeated) }

  /// Of the rows granted, those that were not taken after all.
  var retracted: [Int] {
    outcomes.indices.filter { row in
      if case .rejected = outcomes[row] { granted?.contains(row) ?? false } else { false }
    }
  }

  func settle(_ row: Int, _ outcome: RowOutcome) {
    precondition(outcomes[row] == nil, "a row is settled twice")
    outcomes[row] = outcome
  }

  /// The copy that had brought rows had not, after all.
  func retract(_ row: Int) {
    precondition(outcomes[row] == .repeated, "a row is retracted that was not repeated")
    outcomes[row] = .rejected(.seriesLimit)
  }

  func closeTurn() { isTurnClosed = true }

  func ack(by life: Int) -> CopyAck {
    CopyAck(
      rows: outcomes.map { outcome in
        guard let outcome else { preconditionFailure("a row is not settled") }
        return outcome
      }, life: life)
  }
}

/// Rows of a copy that are not taken, and why.
struct BatchOmissions {
  private var rows: RowSet
  /// Of the node's own rows, those that earlier copies have claimed here.
  private(set) var claimedEarlier: RowSet
  private var superseded: RowSet
  private var unknown: RowSet

  init(_ fate: BatchFate, points: Int, own: RowSet, grant: BatchMarks.Grant) {
    superseded = grant.superseded
    claimedEarlier = own
    claimedEarlier.subtract(grant.rows)
    claimedEarlier.subtract(grant.superseded)
    guard case .known(let repeated, let unknown) = fate else {
      rows = .all(of: points)
      self.unknown = RowSet(rows: 0)
      return
    }
    self.unknown = unknown
    rows = own
    rows.subtract(grant.rows)
    for others in [repeated, unknown] where others.rows > 0 { rows.formUnion(others) }
  }

  /// Nil: the row is taken.
  func outcome(_ row: Int) -> RowOutcome? {
    guard rows.contains(row) else { return nil }
    if unknown.contains(row) { return .rejected(.outcomeUnknown) }
    return superseded.contains(row) ? .rejected(.superseded) : .repeated
  }
}
