// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Router
import Shard

/// One loop's way from received bytes to the shards and the peers' links: reads points in place,
/// judges them, and gathers them in a batch for each shard and each peer, handed over when full or
/// at the end of a turn. So ten thousand quiet streams still make large batches, and no point costs
/// an `await`.
///
/// Memory is bounded: while too many batches are out the loop reads no socket, and credit goes back
/// to clients only for points of which it is known what became of them. A link gives a batch back
/// at once: a slow peer holds up nobody.
final class LoopIngest: TurnEndObserver, @unchecked Sendable {
  // Sendable: touched on its loop only; shards' answers come back there.

  /// A turn of ingest goes on over so many turns of a loop that has more to read: each turn wakes
  /// every shard's loop, which costs as much as a hundred points.
  private static let loopTurnsMax = 4

  let loop: EventLoop
  let rules: IngestRules
  let shards: [ShardSeat]
  let placement: Placement
  let limits: BatchLimits
  private(set) var route = Route.alone
  var ledger = LoopLedger()
  /// Stands where no batch is open: it takes no point, so that the way of a point needs no question
  /// more than whether there is room.
  private let none: PointColumns
  // Confined to the loop and never changed while it is being read from: a check for each run would
  // cost as much as a point.
  @exclusivity(unchecked) var open: [PointColumns]
  var spare: [PointColumns] = []
  private var batchesOut = 0
  private var turn: IngestTurn?
  /// Streams that are not over.
  private var streams: [ObjectIdentifier: any BulkSink] = [:]
  /// The node knows who belongs to its cluster. Before, it would take all points for its own, and
  /// other copies of their batches would count elsewhere.
  private(set) var isMembershipKnown: Bool
  /// Why no stream is taken; nil: they are.
  private var refusal: RPCStatus?
  /// Told when no stream is left.
  private var idleWaiters: [@Sendable () -> Void] = []
  /// The keys of the points being placed that have labels.
  let keys: LabelledKeys
  @exclusivity(unchecked) private(set) var admission: Admission
  /// Which rows of which batches this node has taken.
  let marks: BatchBoard
  /// Where a batch is read; used again for the next.
  var batch = PointBatchReader()
  var batchSeries = BatchSeriesTable()
  var held = HeldBatches()
  var batchRows = BatchRows()
  /// The batch that is being appended.
  private var origin: (batch: RowOrigin, firstOrdinal: UInt32)?
  /// Names with more than their share of this loop's points.
  @exclusivity(unchecked) var spread: HotSpread
  /// As the route's, and which partitions have hot names.
  var slots: [Route.Slot]

  /// - Parameters:
  ///   - marks: the same for all loops of a node; nil: there is no other loop.
  ///   - isMembershipKnown: false: the node does not know yet who belongs to its cluster.
  init(
    _ loop: EventLoop, _ rules: IngestRules, _ shards: [ShardSeat], marks: BatchBoard? = nil,
    isMembershipKnown: Bool = true
  ) {
    self.isMembershipKnown = isMembershipKnown
    self.loop = loop
    self.marks = marks ?? BatchBoard(rules)
    self.rules = rules
    self.shards = shards
    placement = Placement(shards: shards.count)
    keys = LabelledKeys(points: 4, nameBytesMax: rules.nameBytesMax)
    limits = BatchLimits(shards: shards.count, nameBytesMax: rules.nameBytesMax)
    none = limits.fullBatch()
    unsafe spread = HotSpread(shards: shards.count, samples: rules.hotSamples)
    slots = Route.alone.slots
    unsafe open = Array(repeating: none, count: shards.count)
    unsafe admission = rules.admission(now: rules.now())
  }

  func ack(_ tally: PointTally) -> Ack { rules.ack(tally) }

  /// Takes up a changed membership: what was taken in so far goes where it was meant to go. On the
  /// loop, between turns.
  func follow(_ route: Route, isMembershipKnown: Bool = true) {
    handOverTurn()
    self.isMembershipKnown = isMembershipKnown
    self.route = route
    unsafe spread.hot.follow(nodes: route.nodes)
    markHot()
    unsafe open = Array(repeating: none, count: shards.count + route.lanes.count)
  }

  /// What became of the points so far. On the loop.
  var account: LoopLedger {
    var account = ledger
    account.open = unsafe open.reduce(0) { $0 + ($1 === none ? 0 : Int64($1.count)) }
    return account
  }

  // MARK: Streams

  /// A stream begins: returns what to end it with, if streams are not taken.
  func opened(_ stream: any BulkSink) -> RPCStatus? {
    streams[ObjectIdentifier(stream)] = stream
    return refusal
  }

  func closed(_ stream: any BulkSink) {
    streams[ObjectIdentifier(stream)] = nil
    tellIfIdle()
  }

  /// Takes no streams any more and ends the open ones, each as soon as it is known what became of
  /// its points. On the loop.
  func refuseStreams(_ status: RPCStatus, whenIdle: @escaping @Sendable () -> Void) {
    refusal = status
    idleWaiters.append(whenIdle)
    for stream in streams.values { _ = stream.askedToEnd(status) }
    tellIfIdle()
  }

  /// Takes streams again. On the loop.
  func takeStreams() { refusal = nil }

  private func tellIfIdle() {
    guard streams.isEmpty, !idleWaiters.isEmpty else { return }
    for waiter in idleWaiters { waiter() }
    idleWaiters = []
  }

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
    let slots = self.slots
    var unsampled = unsafe spread.pointsUnsampled
    var points = InlineArray<4, PointView>(repeating: PointView.none)
    var verdicts = InlineArray<4, LabelledKeys.Verdict>(repeating: .key(0..<0))
    while failure == nil {
      var count = 0
      var start = 0
      var labelsEnd = 0
      do throws(PointError) {
        while count < 4, let body = frames.next(in: run) {
          start = body.lowerBound
          points[count] = try PointReader.read(run, body)
          labelsEnd |= points[count].labels.upperBound
          count += 1
        }
      } catch {
        // Counted from the message, not from what happened to be received with it.
        failure = PointError(error.reason, offset: error.offset - start)
      }
      if count == 0 { break }
      var hashes = hashes(run, points, count)
      if labelsEnd != 0 { readLabels(run, points, count, &verdicts, &hashes) }
      unsampled -= count
      if unsampled <= 0 {
        sample(hashes, count)
        unsampled = unsafe spread.pointsUnsampled
      }
      for lane in 0..<count {
        let point = points[lane]
        switch admission.admit(run, name: point.name, value: point.value, time: point.time) {
        case .accepted(let time):
          let hash = hashes[lane]
          let slot = slots[Placement.partition(hash)]
          var place = Int(slot.base) + placement.shard(hash) & Int(slot.mask)
          if slot.isHot { place = hotPlace(hash, place, run, point.name) }
          let ordinal = firstOrdinal &+ UInt32(truncatingIfNeeded: messages)
          if point.labels.isEmpty {
            while !open[place].append(
              hash: hash, nameFrom: run, range: point.name, value: point.value, time: time,
              ordinal: ordinal, kind: point.kind)
            {
              makeRoom(place, turn)
              unsafe open[place] = self.open[place]
            }
          } else {
            switch verdicts[lane] {
            case .rejected(let reason):
              tally.reject(reason, index: firstIndex + messages)
              ledger.reject(reason)
              messages += 1
              continue
            case .key(let key):
              keys.withBytes { bytes in
                while !open[place].append(
                  hash: hash, nameFrom: bytes, range: key, value: point.value, time: time,
                  ordinal: ordinal, kind: point.kind)
                {
                  makeRoom(place, turn)
                  unsafe open[place] = self.open[place]
                }
              }
            }
          }
          accepted += 1
        case .rejected(let reason):
          tally.reject(reason, index: firstIndex + messages)
          ledger.reject(reason)
        }
        messages += 1
      }
    }
    unsafe spread.pass(unsampled)
    tally.accept(accepted)
    ledger.received += messages
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
    handOverTurn()
  }

  private func handOverTurn() {
    guard let turn else { return }
    self.turn = nil
    for place in unsafe open.indices { handOver(place, turn) }
    turn.isClosed = true
    turn.tellIfOwnDone()
    finishIfDone(turn)
  }

  func makeRoom(_ place: Int, _ turn: IngestTurn) {
    handOver(place, turn)
    unsafe open[place] = spare.popLast() ?? limits.emptyBatch()
    if let origin, place >= shards.count {
      unsafe open[place].beginOrigin(origin.batch, firstOrdinal: origin.firstOrdinal)
    }
  }

  /// Rows that go to links from now on are of this batch; nil: of none that may come again.
  func mark(_ batch: RowOrigin?, firstOrdinal: UInt32) {
    origin = batch.map { ($0, firstOrdinal) }
    for place in unsafe shards.count..<open.count where unsafe open[place] !== none {
      if let batch {
        unsafe open[place].beginOrigin(batch, firstOrdinal: firstOrdinal)
      } else {
        unsafe open[place].endOrigin()
      }
    }
  }

  private func handOver(_ place: Int, _ turn: IngestTurn) {
    let batch = unsafe open[place]
    guard batch !== none else { return }
    batch.endOrigin()
    unsafe open[place] = none
    send(batch, place, turn)
  }

  func send(_ batch: PointColumns, _ place: Int, _ turn: IngestTurn) {
    turn.batchesUnsettled += 1
    batchesOut += 1
    if batchesOut == limits.batchesOutHigh { loop.pauseReading() }
    if place < shards.count {
      apply(batch, place, turn)
    } else {
      forward(batch, route.lanes[place - shards.count], turn)
    }
  }

  /// Every batch handed over comes back by this.
  private func takeBack(_ batch: PointColumns) {
    batch.reset()
    if spare.count < limits.batchesOutHigh { spare.append(batch) }
    batchesOut -= 1
    if batchesOut == limits.batchesOutLow { loop.resumeReading() }
  }

  // MARK: Own points

  private func apply(_ batch: PointColumns, _ shard: Int, _ turn: IngestTurn) {
    let seat = shards[shard]
    ledger.withShards += Int64(batch.count)
    turn.ownBatchesUnsettled += 1
    // The turn goes along and comes back to this loop; the shard does not look at it.
    nonisolated(unsafe) let turn = turn
    seat.loop.execute { [self] in
      seat.aggregator.assumeIsolated { $0.apply(batch, now: rules.now()) }
      loop.execute { unsafe self.applied(batch, shard, turn) }
    }
  }

  private func applied(_ batch: PointColumns, _ shard: Int, _ turn: IngestTurn) {
    if !batch.rejections.isEmpty {
      let away = batch.rejections.filter { isAway($0, of: batch, on: shard, turn) }
      for rejection in batch.rejections where !isAway(rejection, of: batch, on: shard, turn) {
        reject(rejection.ordinal, rejection.reason, turn)
      }
      if !away.isEmpty { sendHome(away.map(\.row), of: batch, turn) }
    }
    ledger.withShards -= Int64(batch.count)
    ledger.applied += Int64(batch.count - batch.rejections.count)
    takeBack(batch)
    turn.ownBatchesUnsettled -= 1
    turn.tellIfOwnDone()
    settled(turn)
  }

  // MARK: Others' points

  private func forward(_ batch: PointColumns, _ lane: any PeerLane, _ turn: IngestTurn) {
    ledger.toLinks += Int64(batch.count)
    let receipt = ForwardReceipt(self, turn, batch.allOrdinals)
    lane.loop.execute { [self] in
      lane.take(batch, receipt)
      loop.execute { self.takeBack(batch) }
    }
  }

  /// A link knows what became of a batch.
  func settled(_ turn: IngestTurn, _ ordinals: [UInt32], _ outcome: ForwardOutcome) {
    switch outcome {
    case .applied(let rejections):
      for (row, reason) in rejections {
        if let reason { turn.reject(ordinals[row], reason) } else { turn.repeat(ordinals[row]) }
      }
    case .hinted:
      for ordinal in ordinals { turn.hint(ordinal) }
    case .shed:
      for ordinal in ordinals { turn.reject(ordinal, .ownerUnavailable) }
    }
    settled(turn)
  }

  private func reject(_ ordinal: UInt32, _ reason: Shard.RejectReason, _ turn: IngestTurn) {
    turn.reject(ordinal, reason)
    ledger.reject(reason)
  }

  private func settled(_ turn: IngestTurn) {
    turn.batchesUnsettled -= 1
    finishIfDone(turn)
  }

  private func finishIfDone(_ turn: IngestTurn) {
    guard turn.isDone else { return }
    for share in turn.shares { share.source.done(turn, windowBytes: share.windowBytes) }
  }
}

extension PointView {
  /// Stands where no point is.
  fileprivate static var none: PointView {
    PointView(nameOffset: 0, nameLength: 0, value: 0, time: 0)
  }
}
