// SPDX-License-Identifier: Apache-2.0
import Router
import Shard
import TestKit

/// Frames from peers: rows of batches are claimed, what is new goes to the shards, and the frame is
/// acked when all of it, and all that it repeats, has been applied.
extension SimNode {
  func apply(_ frame: DecodedFrame, _ tag: FrameTag, _ seat: ReceiverSeat) {
    var points: [PointNumber] = []
    for row in 0..<frame.count {
      guard let point = point(row, of: frame) else {
        return world.broken(.integrity, "\(identity) took a row of \(seat.id) that was never sent")
      }
      points.append(point)
    }
    let job = FrameJob(tag, seat, points)
    framesOut += 1
    for part in frame.origins { claim(part, job) }
    if world.scenario.sabotage == .acksBeforeApplying { acknowledge(job) }
    distribute(frame, job)
  }

  /// Takes what is new of the rows of one batch.
  private func claim(_ part: FrameOrigin, _ job: FrameJob) {
    var rows = RowSet(rows: part.origin.points)
    for place in part.places { rows.insert(Int(place)) }
    switch marks.claimForwarded(part.origin, rows) {
    case .granted(let grant):
      job.claims.append(part)
      var waits = false
      for (row, place) in zip(part.rows, part.places) where !grant.rows.contains(Int(place)) {
        if grant.superseded.contains(Int(place)) {
          world.tallies[.rowsSuperseded] += 1
          job.refused[row] = .superseded
        } else {
          job.repeated.insert(row)
          waits = true
        }
      }
      if waits { job.waits.append(part) }
    case .forgotten: for row in part.rows { job.refused[row] = .outcomeUnknown }
    case .repeated, .late, .refused: job.repeated.formUnion(part.rows)
    }
  }

  private func distribute(_ frame: DecodedFrame, _ job: FrameJob) {
    var rows = frame.count
    if world.scenario.sabotage == .dropsRow, rows > 1, chance.oneIn(10) { rows -= 1 }
    var batches = [PointColumns?](repeating: nil, count: shards.count)
    for row in 0..<rows where !job.repeated.contains(row) && job.refused[row] == nil {
      let place = placement.shard(frame.hash(row))
      while true {
        let batch = batches[place] ?? newBatch()
        batches[place] = batch
        if batch.append(
          hash: frame.hash(row), nameFrom: frame.names.span.bytes, range: frame.nameRange(row),
          value: frame.value(row), time: frame.time(row), ordinal: UInt32(row),
          kind: world.scenario.sabotage == .losesKinds ? 0 : frame.kind(row))
        {
          break
        }
        hand(batch, place, job)
        batches[place] = nil
      }
    }
    for (place, batch) in batches.enumerated() {
      if let batch { hand(batch, place, job) }
    }
    passed(job)
  }

  private func hand(_ batch: PointColumns, _ place: Int, _ job: FrameJob) {
    job.batchesLeft += 1
    enqueue(.batch(batch, .frame(job)), at: shards[place])
  }

  /// The shards have taken a part of the frame, or all parts are out.
  func passed(_ job: FrameJob) {
    job.batchesLeft -= 1
    guard job.batchesLeft == 0 else { return }
    for part in job.claims { settle(part, job) }
    awaitOthers(job.waits[...], job)
  }

  /// It is known what became of the rows of one batch.
  private func settle(_ part: FrameOrigin, _ job: FrameJob) {
    let rejected = job.rejections.filter { part.rows.contains($0.row) }
      .map { Int(part.places[$0.row - part.first]) }
    marks.settle(part.origin, without: rejected)
  }

  /// A frame is done when what it repeats is applied.
  private func awaitOthers(_ batches: ArraySlice<FrameOrigin>, _ job: FrameJob) {
    guard let part = batches.first else { return finish(job) }
    marks.whenSettled(part.origin.client, part.origin.sequence) { [unowned self] in
      retractLost(part, job)
      awaitOthers(batches.dropFirst(), job)
    }
  }

  /// Shards may have had no room for what an earlier copy claimed.
  private func retractLost(_ part: FrameOrigin, _ job: FrameJob) {
    var rows = RowSet(rows: part.origin.points)
    for (row, place) in zip(part.rows, part.places) where job.repeated.contains(row) {
      rows.insert(Int(place))
    }
    let lost = marks.lost(part.origin, of: rows)
    for (row, place) in zip(part.rows, part.places) where lost.contains(Int(place)) {
      job.repeated.remove(row)
      job.refused[row] = .seriesLimit
    }
  }

  private func finish(_ job: FrameJob) {
    world.tallies[.framesApplied] += 1
    framesOut -= 1
    for (row, reason) in job.refused {
      job.rejections.append(RowRejection(row: row, reason: reason))
    }
    for row in job.repeated { job.rejections.append(RowRejection(row: row, reason: nil)) }
    if world.scenario.sabotage == .acksBeforeApplying { return }
    acknowledge(job)
  }

  private func acknowledge(_ job: FrameJob) {
    job.rejections.sort { $0.row < $1.row }
    guard let (stream, message) = job.seat.receiver.applied(job.tag, rejections: job.rejections)
    else { return }
    job.seat.wires[stream]?.answer(message)
  }
}
