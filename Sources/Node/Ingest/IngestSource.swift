// SPDX-License-Identifier: Apache-2.0
import Shard

/// Where points come from, as turns see it: a stream of points, or one batch. Confined to its loop.
class IngestSource {
  /// The latest turn with points of this source, as long as it is not done: turn and source hold
  /// each other until then.
  final var turn: IngestTurn?
  /// Which of that turn's shares is this source's.
  final var share = 0
  /// Turns with points of this source that are not done yet.
  final var turnsOpen = 0
  // Written by one run at a time; a shard's verdicts come between runs.
  @exclusivity(unchecked) final var tally = PointTally()

  /// A point was not taken after all.
  func retract(_ reason: RejectReason, index: Int64) {
    unsafe tally.retract(reason, index: index)
  }

  /// It is known what became of the points that the node's own shards got.
  func ownDone() {}

  /// It is known what became of the source's points in one of its turns.
  func done(_ turn: IngestTurn, windowBytes: Int) {
    if self.turn === turn { self.turn = nil }
    turnsOpen -= 1
  }
}
