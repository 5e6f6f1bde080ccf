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
      settle(batch, origin)
      free(batch)
    case .report(let asOf, let question):
      guard let index = shards.firstIndex(where: { $0 === shard }) else { return }
      question.reports.add(shard.report(now: asOf), of: index)
      question.shardsLeft -= 1
      if question.shardsLeft == 0 { question.done(question.reports.merged()) }
    }
  }

  private func settle(_ batch: PointColumns, _ origin: ShardSeat.BatchOrigin) {
    var reasons: [Int: RejectReason] = [:]
    for rejection in batch.rejections { reasons[rejection.row] = rejection.reason }
    switch origin {
    case .clients: settleClients(batch, reasons)
    case .surrendered: settleSurrendered(batch, reasons)
    case .frame(let job): settle(batch, reasons, job)
    }
  }

  private func settleClients(_ batch: PointColumns, _ reasons: [Int: RejectReason]) {
    accounts.inFlight -= batch.count
    for row in 0..<batch.count {
      let point = Int(batch.ordinal(row))
      if reasons[row] == nil {
        accounts.applied += 1
        world.model.applied(point, by: self)
        settle(point, .applied)
      } else {
        accounts.rejected += 1
        settle(point, .refused)
      }
    }
  }

  private func settleSurrendered(_ batch: PointColumns, _ reasons: [Int: RejectReason]) {
    accounts.inFlight -= batch.count
    for row in 0..<batch.count {
      if reasons[row] == nil {
        accounts.applied += 1
        world.model.applied(Int(batch.ordinal(row)), by: self)
      } else {
        accounts.givenUp += 1
      }
    }
  }

  private func settle(_ batch: PointColumns, _ reasons: [Int: RejectReason], _ job: FrameJob) {
    for row in 0..<batch.count {
      let frameRow = Int(batch.ordinal(row))
      if let reason = reasons[row] {
        job.rejections.append(RowRejection(row: frameRow, reason: reason))
      } else {
        world.model.applied(job.points[frameRow], by: self)
      }
    }
    job.batchesLeft -= 1
    if job.batchesLeft == 0 { finish(job) }
  }
}
