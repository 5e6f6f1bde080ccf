// SPDX-License-Identifier: Apache-2.0
import Shard

/// What one turn of a loop, or a few in a row, took in: which streams, with how many bytes, in how
/// many batches.
///
/// It is closed when its batches are handed over, and done when the last of them has been applied;
/// then its streams get their credit back, and those that have ended may be answered. A batch holds
/// points of one turn only. Confined to its loop.
final class IngestTurn {
  /// A run of messages of one stream. Points of it carry ordinals that count on from `ordinal` as
  /// their messages' indices count on from `index`, so that a shard's verdict on a row finds the
  /// message again.
  private struct Run {
    var ordinal: UInt32
    var index: Int64
    var stream: PushSink
  }

  /// Turns of the loop that it went on for beyond the first.
  var loopTurns = 0
  /// Batches handed to shards and not yet back.
  var batchesOut = 0
  /// No batch will be added.
  var isClosed = false
  /// The ordinal of the next message.
  private(set) var ordinal: UInt32 = 0
  private(set) var streams: [PushSink] = []
  // Confined, and never called back while it grows: not worth a check for each run.
  @exclusivity(unchecked) private var runs: [Run] = []
  private var latest: ObjectIdentifier?

  var isDone: Bool { isClosed && batchesOut == 0 }

  /// A run of messages begins, the first of which has `index` in its stream. It continues the run
  /// before if that was the same stream's.
  func begin(_ stream: PushSink, index: Int64) {
    guard latest != ObjectIdentifier(stream) else { return }
    latest = ObjectIdentifier(stream)
    if stream.turn !== self {
      stream.turn = self
      stream.turnsOpen += 1
      streams.append(stream)
    }
    unsafe runs.append(Run(ordinal: ordinal, index: index, stream: stream))
  }

  /// The run had `messages` messages.
  func end(messages: Int64) {
    ordinal += UInt32(messages)
  }

  /// A shard did not take a point after all.
  func reject(_ rejection: PointBatch.Rejection) {
    var low = 0
    var high = unsafe runs.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if unsafe runs[middle].ordinal <= rejection.ordinal { low = middle } else { high = middle }
    }
    let run = unsafe runs[low]
    unsafe run.stream.tally.retract(
      rejection.reason, index: run.index + Int64(rejection.ordinal - run.ordinal))
  }
}
