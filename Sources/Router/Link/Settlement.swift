// SPDX-License-Identifier: Apache-2.0
public import enum Shard.RejectReason

/// The caller's name of a batch until it is settled. May be used again afterwards.
public typealias LinkTicket = UInt32

/// A row that the owner did not take, or not from here.
public struct RowRejection: Sendable, Hashable {
  /// Its number in its batch (sender) or frame (receiver).
  public let row: Int
  /// Why; nil: an earlier copy of the client's batch has brought it to the owner.
  public let reason: RejectReason?

  /// As given.
  public init(row: Int, reason: RejectReason?) {
    self.row = row
    self.reason = reason
  }
}

/// What became of one batch, told once a ticket.
public struct Settlement: Sendable, Hashable {
  /// The fate of a batch as its client is told it.
  public enum Outcome: Sendable, Hashable {
    /// The owner applied all rows but these, in row order.
    case applied(rejections: [RowRejection])
    /// The owner is away; the batch is kept for it, or is already there and unconfirmed.
    case hinted
    /// The owner is away, and as much is kept for it as may be: nothing of the batch is kept.
    case shed
  }

  /// Which batch.
  public let ticket: LinkTicket
  /// What became of it.
  public let outcome: Outcome

  /// As given.
  public init(ticket: LinkTicket, outcome: Outcome) {
    self.ticket = ticket
    self.outcome = outcome
  }
}
