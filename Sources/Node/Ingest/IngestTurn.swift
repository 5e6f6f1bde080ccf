// SPDX-License-Identifier: Apache-2.0
import Shard

/// What one turn of a loop, or a few in a row, took in: which streams, with how many bytes, in how
/// many batches.
///
/// It is closed when its batches are handed over, and done when it is known what became of the last
/// of them; then its streams get their credit back, and those that have ended may be answered. A
/// batch holds points of one turn only. Confined to its loop.
final class IngestTurn {
  /// A stream or batch with points in the turn.
  struct Share {
    let source: IngestSource
    /// Flow-control bytes that its points came in.
    var windowBytes: Int
  }

  /// A run of messages of one stream. Points of it carry ordinals that count on from `ordinal` as
  /// their messages' indices count on from `index`, so that a verdict on a row finds the message
  /// again.
  private struct Run {
    var ordinal: UInt32
    var index: Int64
    var source: IngestSource
  }

  /// Turns of the loop that it went on for beyond the first.
  var loopTurns = 0
  /// Batches handed to shards or peers, of which it is not known what became of them.
  var batchesUnsettled = 0
  /// Those of them that are with the node's own shards.
  var ownBatchesUnsettled = 0
  /// It has batches of clients, which are told when the own shards are done.
  var hasBatches = false
  /// No batch will be added.
  var isClosed = false
  /// The ordinal of the next message.
  private(set) var ordinal: UInt32 = 0
  private(set) var shares: [Share] = []
  // Confined, and never called back while it grows: not worth a check for each run.
  @exclusivity(unchecked) private var runs: [Run] = []
  private var latest: ObjectIdentifier?

  var isDone: Bool { isClosed && batchesUnsettled == 0 }

  /// Tells batches of clients that the own shards are done, if they are.
  func tellIfOwnDone() {
    guard hasBatches, isClosed, ownBatchesUnsettled == 0 else { return }
    hasBatches = false
    for share in shares { share.source.ownDone() }
  }

  /// A run of messages begins, the first of which has `index` in its stream. It continues the run
  /// before if that was the same stream's.
  func begin(_ source: IngestSource, index: Int64, windowBytes: Int) {
    if source.turn !== self {
      source.turn = self
      source.turnsOpen += 1
      source.share = shares.count
      shares.append(Share(source: source, windowBytes: 0))
    }
    shares[source.share].windowBytes += windowBytes
    guard latest != ObjectIdentifier(source) else { return }
    latest = ObjectIdentifier(source)
    unsafe runs.append(Run(ordinal: ordinal, index: index, source: source))
  }

  /// The run had `messages` messages.
  func end(messages: Int64) {
    ordinal += UInt32(messages)
  }

  /// A point was not taken after all.
  func reject(_ ordinal: UInt32, _ reason: RejectReason) {
    let run = run(of: ordinal)
    run.source.retract(reason, index: run.index + Int64(ordinal - run.ordinal))
  }

  /// A point is kept for an owner that is away.
  func hint(_ ordinal: UInt32) {
    unsafe run(of: ordinal).source.tally.hint(1)
  }

  /// An earlier copy of the point's batch has brought it.
  func `repeat`(_ ordinal: UInt32) {
    unsafe run(of: ordinal).source.tally.repeat(1)
  }

  /// A point is of a client's batch, which may be sent again to another node.
  func mayComeAgain(_ ordinal: UInt32) -> Bool { run(of: ordinal).source is BatchCopy }

  private func run(of ordinal: UInt32) -> Run {
    var low = 0
    var high = unsafe runs.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if unsafe runs[middle].ordinal <= ordinal { low = middle } else { high = middle }
    }
    return unsafe runs[low]
  }
}
