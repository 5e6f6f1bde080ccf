// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Router
import Shard

/// One loop's way from received bytes to the shards: reads points in place, judges them, and
/// gathers them in a batch for each shard, handed over when full or at the end of a turn.
/// So ten thousand quiet streams still make large batches, and no point costs an `await`.
///
/// Memory is bounded: while too many batches are with the shards the loop reads no socket, and
/// credit goes back to clients only for points that have been applied.
final class LoopIngest: TurnEndObserver, @unchecked Sendable {
  // Sendable: touched on its loop only; shards' answers come back there.

  /// A turn of ingest goes on over so many turns of a loop that has more to read: each turn wakes
  /// every shard's loop, which costs as much as a hundred points.
  private static let loopTurnsMax = 4

  private let loop: EventLoop
  private let rules: IngestRules
  private let shards: [ShardSeat]
  private let placement: Placement
  private let limits: BatchLimits
  /// Stands where no batch is open: it takes no point, so that the way of a point needs no question
  /// more than whether there is room.
  private let none: PointBatch
  // Confined to the loop and never changed while it is being read from: a check for each run would
  // cost as much as a point.
  @exclusivity(unchecked) private var open: [PointBatch]
  private var spare: [PointBatch] = []
  private var batchesOut = 0
  private var turn: IngestTurn?
  @exclusivity(unchecked) private var admission: Admission

  init(_ loop: EventLoop, _ rules: IngestRules, _ shards: [ShardSeat]) {
    self.loop = loop
    self.rules = rules
    self.shards = shards
    placement = Placement(shards: shards.count)
    limits = BatchLimits(shards: shards.count, nameBytesMax: rules.nameBytesMax)
    none = limits.fullBatch()
    unsafe open = Array(repeating: none, count: shards.count)
    unsafe admission = rules.admission(now: rules.now())
  }

  func ack(_ tally: PointTally) -> Ack { rules.ack(tally) }

  // MARK: Points

  /// The turn that points received now belong to.
  func currentTurn() -> IngestTurn {
    if let turn { return turn }
    let turn = IngestTurn()
    self.turn = turn
    let now = rules.now()
    if unsafe now != admission.now { unsafe admission = rules.admission(now: now) }
    loop.atTurnEnd(self)
    return turn
  }

  /// Takes a run of points: reads four, hashes the four together, then judges and places each.
  ///
  /// - Parameter firstIndex: the index in its stream of the run's first message.
  /// - Returns: how many messages were points, and what was wrong with the next one, if it was not.
  func take(
    _ run: RawSpan, _ range: Range<Int>, _ turn: IngestTurn, into tally: inout PointTally,
    firstIndex: Int64
  ) -> (messages: Int64, error: PointError?) {
    var frames = MessageFrames(range)
    var messages: Int64 = 0
    var accepted: Int64 = 0
    var failure: PointError?
    // Locals: fields of a class would be loaded anew for each point.
    let admission = unsafe self.admission
    let firstOrdinal = turn.ordinal
    var open = unsafe self.open
    var points = InlineArray<4, PointView>(repeating: PointView.none)
    while failure == nil {
      var count = 0
      var start = 0
      do throws(PointError) {
        while count < 4, let body = frames.next(in: run) {
          start = body.lowerBound
          points[count] = try PointReader.read(run, body)
          count += 1
        }
      } catch {
        // Counted from the message, not from what happened to be received with it.
        failure = PointError(error.reason, offset: error.offset - start)
      }
      if count == 0 { break }
      let hashes = hashes(run, points, count)
      for lane in 0..<count {
        let point = points[lane]
        switch admission.admit(run, name: point.name, value: point.value, time: point.time) {
        case .accepted(let time):
          let shard = placement.shard(hashes[lane])
          let ordinal = firstOrdinal &+ UInt32(truncatingIfNeeded: messages)
          while !open[shard].append(
            hash: hashes[lane], nameFrom: run, range: point.name, value: point.value, time: time,
            ordinal: ordinal)
          {
            makeRoom(shard, turn)
            unsafe open[shard] = self.open[shard]
          }
          accepted += 1
        case .rejected(let reason):
          tally.reject(reason, index: firstIndex + messages)
        }
        messages += 1
      }
    }
    tally.accept(accepted)
    return (messages, failure)
  }

  /// The hashes of the first `count` points' names.
  @inline(__always)
  private func hashes(_ run: RawSpan, _ points: InlineArray<4, PointView>, _ count: Int)
    -> InlineArray<4, UInt64>
  {
    if count == 4 {
      return FNV.hashes(run, [points[0].name, points[1].name, points[2].name, points[3].name])
    }
    var hashes = InlineArray<4, UInt64>(repeating: 0)
    for lane in 0..<count { hashes[lane] = FNV.hash(run, points[lane].name) }
    return hashes
  }

  // MARK: Batches

  func turnEnded() {
    guard let turn else { return }
    if loop.expectsMore, turn.loopTurns < Self.loopTurnsMax {
      turn.loopTurns += 1
      return loop.atNextTurnEnd(self)
    }
    self.turn = nil
    for shard in shards.indices { handOver(shard, turn) }
    turn.isClosed = true
    finishIfDone(turn)
  }

  private func makeRoom(_ shard: Int, _ turn: IngestTurn) {
    handOver(shard, turn)
    unsafe open[shard] = spare.popLast() ?? limits.emptyBatch()
  }

  private func handOver(_ shard: Int, _ turn: IngestTurn) {
    let batch = unsafe open[shard]
    guard batch !== none else { return }
    unsafe open[shard] = none
    turn.batchesOut += 1
    batchesOut += 1
    if batchesOut == limits.batchesOutHigh { loop.pauseReading() }
    let seat = shards[shard]
    // The turn goes along and comes back to this loop; the shard does not look at it.
    nonisolated(unsafe) let turn = turn
    seat.loop.execute { [self] in
      seat.aggregator.assumeIsolated { $0.apply(batch, now: rules.now()) }
      loop.execute { unsafe self.applied(batch, turn) }
    }
  }

  private func applied(_ batch: PointBatch, _ turn: IngestTurn) {
    for rejection in batch.rejections { turn.reject(rejection) }
    batch.reset()
    if spare.count < limits.batchesOutHigh { spare.append(batch) }
    turn.batchesOut -= 1
    batchesOut -= 1
    if batchesOut == limits.batchesOutLow { loop.resumeReading() }
    finishIfDone(turn)
  }

  private func finishIfDone(_ turn: IngestTurn) {
    guard turn.isDone else { return }
    for stream in turn.streams { stream.turnDone() }
  }
}

extension PointView {
  /// Stands where no point is.
  fileprivate static var none: PointView {
    PointView(nameOffset: 0, nameLength: 0, value: 0, time: 0)
  }
}
