// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard
import TestKit

/// Points from clients: judged, hashed, put into the batch of a shard or of a peer; batches go on
/// when full, or when the turn ends.
extension SimNode {
  func received(_ points: [(PointNumber, time: Int64)], of call: Call) {
    if refusesClients { return world.clients.refused(call) }
    let scenario = world.scenario
    let admission = Admission(now: wall, shape: scenario.shape)
    for (point, time) in points {
      let name = world.model.series(of: point).name
      let value = world.model.value(of: point)
      let metric = 0..<SeriesKey.nameEnd(name.span.bytes, name.indices)
      take(
        point, admission.admit(name.span.bytes, name: metric, value: value, time: time), of: call)
    }
    openTurn()
  }

  func take(_ point: PointNumber, _ verdict: Admission.Verdict, of call: Call) {
    accounts.received += 1
    call.unsettled += 1
    switch verdict {
    case .rejected:
      accounts.rejected += 1
      settle(point, .refused)
    case .accepted(let time):
      let series = world.model.series(of: point)
      world.model.admitted(point, time: time)
      accounts.inFlight += 1
      let isKept = keeps(series.hash)
      if !isKept, let seat = lane(of: series.hash) {
        append(UInt32(point), point, time, to: seat)
      } else {
        let shard = shard(of: series.hash, isKept: isKept)
        append(UInt32(point), point, time, to: shards[shard])
      }
    }
  }

  /// Whether the point's name has more than its share, so that it stays here.
  private func keeps(_ hash: UInt64) -> Bool {
    _ = hot.sample(hash, now: wall)
    let isKept = hot.holds(hash) || hot.holdsName(of: hash)
    if isKept { world.tallies[.pointsKept] += 1 }
    return isKept
  }

  func shard(of hash: UInt64, isKept: Bool) -> Int {
    let home = placement.shard(hash)
    guard isKept, hot.holds(hash) else { return home }
    hotPoints += 1
    let shard = hotPoints % shards.count
    if shard != home { world.tallies[.pointsSpread] += 1 }
    return shard
  }

  func openTurn() {
    guard !isTurnOpen else { return }
    isTurnOpen = true
    world.after(Int64(chance.int(in: 0...2000)), on: self, "turn ends") { [unowned self] in
      endTurn()
    }
  }

  private func endTurn() {
    isTurnOpen = false
    for shard in shards { handOver(shard) }
    for seat in senderSeats { handOver(seat) }
    let copies = copiesOfTurn
    copiesOfTurn = []
    for copy in copies { closeTurn(copy) }
    let calls = callsOfTurn
    callsOfTurn = []
    for call in calls { closeTurn(call) }
  }

  func append(_ ordinal: UInt32, _ point: PointNumber, _ time: Int64, to seat: ShardSeat) {
    while true {
      let batch = seat.open ?? newBatch()
      seat.open = batch
      if append(ordinal, point, time, to: batch) { return }
      handOver(seat)
    }
  }

  func append(_ ordinal: UInt32, _ point: PointNumber, _ time: Int64, to seat: SenderSeat) {
    while true {
      let batch = seat.open ?? newMarkedBatch()
      seat.open = batch
      if append(ordinal, point, time, to: batch) { return }
      handOver(seat)
    }
  }

  func append(
    _ ordinal: UInt32, _ point: PointNumber, _ time: Int64, to batch: PointColumns
  ) -> Bool {
    let series = world.model.series(of: point)
    let name = series.name
    return batch.append(
      hash: series.hash, nameFrom: name.span.bytes, range: 0..<name.count,
      value: world.model.value(of: point), time: time, ordinal: ordinal,
      kind: world.model.kind(of: point))
  }

  private func newMarkedBatch() -> PointColumns {
    let batch = newBatch()
    mark(batch)
    return batch
  }

  func newBatch() -> PointColumns {
    spare.popLast() ?? PointColumns(rowsMax: world.scenario.batchRows, nameBytesMax: 16 << 10)
  }

  func free(_ batch: PointColumns) {
    batch.reset()
    spare.append(batch)
  }

  /// The open batch goes to the shard.
  private func handOver(_ shard: ShardSeat) {
    guard let batch = shard.open else { return }
    shard.open = nil
    enqueue(.batch(batch, .clients), at: shard)
  }

  /// The open batch goes to the link, which copies what it keeps.
  private func handOver(_ seat: SenderSeat) {
    guard let batch = seat.open else { return }
    seat.open = nil
    batch.endOrigin()
    let ticket = ticketNext
    ticketNext += 1
    tickets[ticket] = (0..<batch.count).map { source(of: batch.ordinal($0)) }
    accounts.inFlight -= batch.count
    seat.sender.take(batch, ticket: ticket, now: linkTime, wall: wall)
    free(batch)
    afterSender(seat)
  }

  func settle(_ source: RowSource, _ outcome: RowOutcome, isOwn: Bool) {
    switch (source, outcome) {
    case (.batch(let copy, let row), _): settle(copy, row, outcome, isOwn: isOwn)
    case (.call(let point), .applied): settle(point, .applied)
    case (.call(let point), .hinted): settle(point, .hinted)
    case (.call(let point), .rejected): settle(point, .refused)
    case (.call, .repeated): preconditionFailure("a point of a call comes once")
    }
  }

  /// What the point's client will be told.
  func settle(_ point: PointNumber, _ fate: PointTruth.Fate) {
    world.model.settled(point, fate)
    let call = world.clients.call(of: point)
    switch fate {
    case .applied: call.received += 1
    case .hinted:
      call.received += 1
      call.hinted += 1
      world.tallies[.pointsHinted] += 1
    case .refused:
      call.rejected += 1
      world.tallies[.pointsRejected] += 1
    case .unknown: preconditionFailure("no fate")
    }
    if let sum = call.sum { settle(point, fate, in: sum) }
    call.unsettled -= 1
    answerIfDone(call)
  }

  func answerIfDone(_ call: Call) {
    guard call.isEnded, call.unsettled == 0, call.sum?.isDone ?? true, !call.hasAnswered
    else { return }
    call.hasAnswered = true
    world.clients.answered(
      call,
      CallAck(
        received: call.received, rejected: call.rejected, hinted: call.hinted,
        summary: call.sum?.bytes))
  }
}
