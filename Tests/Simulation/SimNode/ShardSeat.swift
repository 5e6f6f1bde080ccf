// SPDX-License-Identifier: Apache-2.0
import Router
import Shard

/// One shard and what waits for it, in order.
final class ShardSeat {
  /// What a shard is asked to do.
  enum Work {
    case batch(PointColumns, BatchOrigin)
    case report(asOf: Int64, LocalQuestion)
  }

  /// Where a batch's points come from. Ordinals are points' numbers, or tell rows of copies; of a
  /// frame they are its rows.
  enum BatchOrigin {
    case clients
    /// Hints for a node that has left: this node owns them now.
    case surrendered(Surrendered)
    case frame(FrameJob)
  }

  /// One row of a hint.
  struct Surrendered {
    let point: PointNumber
    let row: Int
    let passage: SimNode.Passage
  }

  let index: Int
  private var core: ShardCore
  var waiting: [Work] = []
  /// Some of what waits is points, not questions.
  var hasBatches: Bool { waiting.contains { if case .batch = $0 { true } else { false } } }
  var isBusy = false
  /// The batch that client's points go to now.
  var open: PointColumns?

  init(_ index: Int, _ scenario: Scenario, budget: SeriesBudget) {
    self.index = index
    core = ShardCore(shape: scenario.shape, budget: budget, histograms: scenario.histograms)
  }

  func apply(_ batch: PointColumns, now: Int64) { core.apply(batch, now: now) }

  /// As the actor does: a question never sets the clock back.
  func report(_ request: ReportRequest, now: Int64) -> PartialReport {
    core.report(request, now: max(now, core.clock))
  }

  func export(now: Int64) -> [SliceBatch] { core.exportAll(now: max(now, core.clock)) }

  func tick(now: Int64) { core.tick(now: now) }
}

/// A frame between its arrival and its ack.
final class FrameJob {
  let tag: FrameTag
  let seat: ReceiverSeat
  /// The points of its rows.
  let points: [PointNumber]
  /// The frame itself is one until all are out.
  var batchesLeft = 1
  var rejections: [RowRejection] = []
  /// Rows that earlier copies of their batches have brought.
  var repeated: Set<Int> = []
  /// Rows that are not taken because of other copies of their batches, and why.
  var refused: [Int: RejectReason] = [:]
  /// Batches of which copies that came before may still be on their way to a shard.
  var waits: [FrameOrigin] = []
  /// What the marks are owed a word on.
  var claims: [FrameOrigin] = []

  init(_ tag: FrameTag, _ seat: ReceiverSeat, _ points: [PointNumber]) {
    self.tag = tag
    self.seat = seat
    self.points = points
  }
}

/// A node's own part of a report, while its shards work on it.
final class LocalQuestion {
  let request: ReportRequest
  var shardsLeft: Int
  var reports: ShardReports
  let done: (PartialReport) -> Void

  init(
    _ request: ReportRequest, _ placement: Placement, _ done: @escaping (PartialReport) -> Void
  ) {
    self.request = request
    shardsLeft = placement.shards
    reports = ShardReports(placement)
    self.done = done
  }
}

/// All streams from one peer.
final class ReceiverSeat {
  let id: NodeID
  var receiver: LinkReceiver
  /// By stream.
  var wires: [UInt64: Wire] = [:]

  init(_ id: NodeID, _ receiver: LinkReceiver) {
    self.id = id
    self.receiver = receiver
  }
}

/// The link to one peer.
final class SenderSeat {
  let id: NodeID
  var sender: LinkSender
  var wire: Wire?
  /// Counts attempts to connect: what came of an earlier one is of no interest.
  var attempt = 0
  /// The batch that client's points go to now.
  var open: PointColumns?

  init(_ id: NodeID, _ sender: LinkSender) {
    self.id = id
    self.sender = sender
  }
}
