// SPDX-License-Identifier: Apache-2.0
import RPC
import Router
import Shard

/// From a peer's frame to the shards: the points of a frame are gathered by shard and applied; when
/// the last is, whoever handed the frame in is told. Points of frames are never forwarded again.
///
/// Confined to its loop.
final class FrameIntake: @unchecked Sendable {
  // Sendable: touched on its loop only; shards' answers come back there.

  /// One frame on its way through the shards.
  private final class Passage {
    var batchesOut = 0
    var rejections: [RowRejection] = []
    /// Rows that earlier copies of their batches have brought.
    var repeated: Set<Int> = []
    /// Rows that are not taken because of other copies of their batches, and why.
    var refused: [Int: RejectReason] = [:]
    /// Batches of which copies that came before may still be on their way to a shard.
    var waits: [FrameOrigin] = []
    /// What the marks are owed a word on.
    var claims: [FrameOrigin] = []
    let done: ([RowRejection]) -> Void

    init(_ done: @escaping ([RowRejection]) -> Void) { self.done = done }
  }

  private static let spareBatchesMax = 64

  private let loop: EventLoop
  private let seats: [ShardSeat]
  private let placement: Placement
  private let limits: BatchLimits
  private let marks: BatchBoard
  private let now: @Sendable () -> Int64
  /// Stands where no batch is open: it takes no point.
  private let none: PointColumns
  private var spare: [PointColumns] = []
  /// Points of frames that were applied, and that were not.
  private(set) var applied: Int64 = 0
  private(set) var rejected: Int64 = 0
  private(set) var repeated: Int64 = 0

  init(
    _ loop: EventLoop, _ seats: [ShardSeat], _ marks: BatchBoard,
    now: @escaping @Sendable () -> Int64
  ) {
    self.marks = marks
    self.loop = loop
    self.seats = seats
    self.now = now
    placement = Placement(shards: seats.count)
    // A peer may take longer names than this node does.
    limits = BatchLimits(shards: seats.count, nameBytesMax: ShardLimits.nameBytesMax)
    none = limits.fullBatch()
  }

  /// Applies a frame's rows; calls `done` on the loop when all are.
  func apply(_ frame: DecodedFrame, done: @escaping ([RowRejection]) -> Void) {
    let passage = Passage(done)
    // Held until all batches are out, so that it does not end before.
    passage.batchesOut = 1
    var open = [PointColumns](repeating: none, count: seats.count)
    let names = unsafe frame.names.span.bytes
    for origin in frame.origins { claim(origin, passage) }
    for row in 0..<frame.count
    where !passage.repeated.contains(row) && passage.refused[row] == nil {
      let hash = frame.hash(row)
      let shard = placement.shard(hash)
      while !open[shard].append(
        hash: hash, nameFrom: names, range: frame.nameRange(row), value: frame.value(row),
        time: frame.time(row), ordinal: UInt32(truncatingIfNeeded: row), kind: frame.kind(row))
      {
        handOver(open[shard], shard, passage)
        open[shard] = spare.popLast() ?? limits.emptyBatch()
      }
    }
    for shard in open.indices { handOver(open[shard], shard, passage) }
    passed(passage)
  }

  private func handOver(_ batch: PointColumns, _ shard: Int, _ passage: Passage) {
    guard batch !== none else { return }
    passage.batchesOut += 1
    let seat = seats[shard]
    // The passage goes along and comes back to this loop; the shard does not look at it.
    nonisolated(unsafe) let passage = passage
    seat.loop.execute { [self] in
      seat.aggregator.assumeIsolated { $0.apply(batch, now: now()) }
      loop.execute { unsafe self.applied(batch, passage) }
    }
  }

  private func applied(_ batch: PointColumns, _ passage: Passage) {
    for rejection in batch.rejections {
      passage.rejections.append(
        RowRejection(row: Int(rejection.ordinal), reason: rejection.reason))
    }
    applied += Int64(batch.count - batch.rejections.count)
    rejected += Int64(batch.rejections.count)
    batch.reset()
    if spare.count < Self.spareBatchesMax { spare.append(batch) }
    passed(passage)
  }

  private func passed(_ passage: Passage) {
    passage.batchesOut -= 1
    guard passage.batchesOut == 0 else { return }
    for claim in passage.claims { settle(claim, passage) }
    awaitOthers(passage.waits[...], passage)
  }

  private func finish(_ passage: Passage) {
    rejected += Int64(passage.refused.count)
    for (row, reason) in passage.refused {
      passage.rejections.append(RowRejection(row: row, reason: reason))
    }
    repeated += Int64(passage.repeated.count)
    for row in passage.repeated.sorted() {
      passage.rejections.append(RowRejection(row: row, reason: nil))
    }
    passage.done(passage.rejections)
  }

  // MARK: Batches that may come again

  /// Takes what is new of the rows of one batch.
  private func claim(_ part: FrameOrigin, _ passage: Passage) {
    var rows = RowSet(rows: part.origin.points)
    for place in part.places { rows.insert(Int(place)) }
    switch marks.claimForwarded(part.origin, rows) {
    case .granted(let grant):
      passage.claims.append(part)
      var waits = false
      for (row, place) in zip(part.rows, part.places) where !grant.rows.contains(Int(place)) {
        if grant.superseded.contains(Int(place)) {
          passage.refused[row] = .superseded
        } else {
          passage.repeated.insert(row)
          waits = true
        }
      }
      if waits { passage.waits.append(part) }
    case .forgotten:
      for row in part.rows { passage.refused[row] = .outcomeUnknown }
    case .repeated, .late, .refused: passage.repeated.formUnion(part.rows)
    }
  }

  /// It is known what became of the rows of one batch.
  private func settle(_ part: FrameOrigin, _ passage: Passage) {
    let rejected = passage.rejections.filter { part.rows.contains($0.row) }
      .map { Int(part.places[$0.row - part.first]) }
    marks.settle(part.origin.batchName, without: rejected)
  }

  /// A frame is done when what it repeats is applied.
  private func awaitOthers(_ parts: ArraySlice<FrameOrigin>, _ passage: Passage) {
    guard let part = parts.first else { return finish(passage) }
    // The passage comes back to this loop; nobody else looks at it.
    nonisolated(unsafe) let passage = passage
    marks.whenSettled(part.origin.batchName) { [self] in
      loop.execute {
        unsafe self.refuseLost(part, passage)
        unsafe self.awaitOthers(parts.dropFirst(), passage)
      }
    }
  }

  /// A shard may have had no room for what an earlier copy claimed: no copy has brought that.
  private func refuseLost(_ part: FrameOrigin, _ passage: Passage) {
    var rows = RowSet(rows: part.origin.points)
    for (row, place) in zip(part.rows, part.places) where passage.repeated.contains(row) {
      rows.insert(Int(place))
    }
    let lost = marks.lost(part.origin.batchName, of: rows)
    for (row, place) in zip(part.rows, part.places) where lost.contains(Int(place)) {
      passage.repeated.remove(row)
      passage.refused[row] = .seriesLimit
    }
  }
}
