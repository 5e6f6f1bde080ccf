// SPDX-License-Identifier: Apache-2.0
import Router
import Shard
import TestKit

/// Shards: one piece of work after the other, each at its own pace.
extension SimNode {
  func enqueue(_ work: ShardSeat.Work, at shard: ShardSeat) {
    shard.waiting.append(work)
    plan(shard)
  }

  private func plan(_ shard: ShardSeat) {
    guard !shard.isBusy, !shard.waiting.isEmpty else { return }
    shard.isBusy = true
    let hesitation = world.isHealed ? 0 : hesitation
    self.hesitation = 0
    let paceMax = world.isHealed ? 300 : world.scenario.applyMicroseconds
    let pace = Int64(chance.int(in: 0...paceMax)) + hesitation
    world.after(pace, on: self, "shard") { [unowned self] in
      shard.isBusy = false
      perform(shard.waiting.removeFirst(), shard)
      plan(shard)
    }
  }

  private func perform(_ work: ShardSeat.Work, _ shard: ShardSeat) {
    switch work {
    case .batch(let batch, let origin):
      shard.apply(batch, now: wall)
      pointsApplied += batch.count - batch.rejections.count
      settle(batch, origin, shard)
      free(batch)
    case .report(let asOf, let question):
      question.reports.add(shard.report(question.request, now: asOf), of: shard.index)
      question.shardsLeft -= 1
      if question.shardsLeft == 0 { question.done(question.reports.merged()) }
    }
  }

  private func settle(
    _ batch: PointColumns, _ origin: ShardSeat.BatchOrigin, _ shard: ShardSeat
  ) {
    var reasons: [Int: RejectReason] = [:]
    for rejection in batch.rejections { reasons[rejection.row] = rejection.reason }
    switch origin {
    case .clients: settleClients(batch, reasons, shard)
    case .surrendered(let row): settle(batch, reasons, row, shard)
    case .frame(let job): settle(batch, reasons, job, shard)
    }
  }

  private func settleClients(
    _ batch: PointColumns, _ reasons: [Int: RejectReason], _ shard: ShardSeat
  ) {
    accounts.inFlight -= batch.count
    for row in 0..<batch.count {
      let source = source(of: batch.ordinal(row))
      if let reason = reasons[row] {
        accounts.rejected += 1
        settle(source, .rejected(reason), isOwn: true)
      } else {
        accounts.applied += 1
        world.model.applied(
          point(of: source), at: batch.time(row), by: self, shard: shard.index)
        settle(source, .applied, isOwn: true)
      }
    }
  }

  private func point(of source: RowSource) -> PointNumber {
    switch source {
    case .call(let point): point
    case .batch(let copy, let row): copy.message.batch.rows[row].point
    }
  }

  private func settle(
    _ batch: PointColumns, _ reasons: [Int: RejectReason], _ row: ShardSeat.Surrendered,
    _ shard: ShardSeat
  ) {
    accounts.inFlight -= 1
    if reasons.isEmpty {
      accounts.applied += 1
      world.model.applied(row.point, at: batch.time(0), by: self, shard: shard.index)
    } else {
      accounts.givenUp += 1
      row.passage.rejected.insert(row.row)
    }
    passed(row.passage)
  }

  private func settle(
    _ batch: PointColumns, _ reasons: [Int: RejectReason], _ job: FrameJob, _ shard: ShardSeat
  ) {
    for row in 0..<batch.count {
      let frameRow = Int(batch.ordinal(row))
      if let reason = reasons[row] {
        job.rejections.append(RowRejection(row: frameRow, reason: reason))
      } else {
        world.model.applied(
          job.points[frameRow], at: batch.time(row), by: self, shard: shard.index)
      }
    }
    passed(job)
  }
}
