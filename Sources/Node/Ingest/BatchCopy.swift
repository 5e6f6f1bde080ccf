// SPDX-License-Identifier: Apache-2.0
import RPC
import Router
import Shard

/// One batch as one stream brought it, from its bytes to its ack. Confined to its loop.
final class BatchCopy: IngestSource, @unchecked Sendable {
  // Sendable: whoever settles another copy only carries it back to its loop.

  let name: BatchName
  /// Rows that the marks granted, and are owed a word on; nil: none were asked for.
  var granted: RowSet?
  /// Rows of the node's own that earlier copies have claimed here.
  var claimedEarlier = RowSet(rows: 0)
  private let sink: BatchSink
  private let ingest: LoopIngest
  private var windowBytes = 0
  /// Rows that were not taken.
  private var retracted: [Int] = []

  init(_ name: BatchName, _ sink: BatchSink, _ ingest: LoopIngest) {
    self.name = name
    self.sink = sink
    self.ingest = ingest
  }

  override func retract(_ reason: RejectReason, index: Int64) {
    super.retract(reason, index: index)
    retracted.append(Int(index))
  }

  /// Other nodes' copies may wait for this, and this one for theirs: it does not wait for links.
  override func ownDone() {
    guard let granted else { return }
    ingest.marks.settle(name, without: retracted.filter(granted.contains))
  }

  override func done(_ turn: IngestTurn, windowBytes: Int) {
    super.done(turn, windowBytes: windowBytes)
    self.windowBytes += windowBytes
    guard turnsOpen == 0 else { return }
    guard unsafe tally.repeated > 0 else {
      return sink.settled(self, windowBytes: self.windowBytes)
    }
    // The copy that brought them first may still be on its way to a shard.
    let loop = ingest.loop
    ingest.marks.whenSettled(name) { [self] in
      loop.execute { [self] in
        retractLost()
        sink.settled(self, windowBytes: self.windowBytes)
      }
    }
  }

  /// A shard may have had no room for what an earlier copy claimed: no copy has brought that.
  private func retractLost() {
    let lost = ingest.marks.lost(name, of: claimedEarlier)
    for row in 0..<lost.rows where lost.contains(row) {
      unsafe tally.retractRepeated(.seriesLimit, index: Int64(row))
      ingest.ledger.repeated -= 1
      ingest.ledger.reject(.seriesLimit)
    }
  }
}
