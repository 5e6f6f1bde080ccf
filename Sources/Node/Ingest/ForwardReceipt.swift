// SPDX-License-Identifier: Apache-2.0
import RPC
import Shard

/// What became of a batch that was to be forwarded.
enum ForwardOutcome: Sendable {
  /// Its owner applied it, but for these rows of the batch; those without a reason it had already.
  case applied(rejections: [(row: Int, reason: RejectReason?)])
  /// It is kept for an owner that is away.
  case hinted
  /// Its owner is away, and no more is kept for it.
  case shed
}

/// Finds back, from what became of a forwarded batch, the streams whose points it held.
struct ForwardReceipt: @unchecked Sendable {
  // Sendable: whoever carries it only hands it back; the turn is touched on its loop.

  private let ingest: LoopIngest
  private let turn: IngestTurn
  /// The ordinal of each row.
  private let ordinals: [UInt32]

  init(_ ingest: LoopIngest, _ turn: IngestTurn, _ ordinals: [UInt32]) {
    self.ingest = ingest
    self.turn = turn
    self.ordinals = ordinals
  }

  /// Tells the loop that the batch came from. Called once, on any loop.
  func settle(_ outcome: ForwardOutcome) {
    ingest.loop.execute { ingest.settled(turn, ordinals, outcome) }
  }
}
