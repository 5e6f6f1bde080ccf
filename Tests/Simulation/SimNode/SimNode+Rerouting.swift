// SPDX-License-Identifier: Apache-2.0
import Router
import Shard

/// Hints for a node that is no owner any more, brought to those who own their names now. Rows of
/// batches that turn out to be the node's own are claimed like any others.
extension SimNode {
  /// One hint while the node's own shards take its rows.
  final class Passage {
    /// What this node got of the rows of a batch that are its own now.
    struct Claim {
      let part: FrameOrigin
      let grant: BatchMarks.Grant
      let owesMarks: Bool
      /// Rows of others that a later copy has taken to them, or will.
      let superseded: RowSet
    }

    var rowsLeft = 1
    var claims: [Claim] = []
    /// Rows that shards did not take, of the hint.
    var rejected: Set<Int> = []
  }

  func reroute(_ hint: Hint) {
    var decoder = FrameDecoder()
    do {
      let frame = try decoder.decode(
        hint.body.span.bytes, rows: UInt32(hint.rows), dictionary: 0)
      let passage = Passage()
      for origin in frame.origins { claim(origin, of: frame, passage) }
      for row in 0..<frame.count { reroute(row, of: frame, passage) }
      passed(passage)
    } catch {
      world.broken(.integrity, "a surrendered hint does not decode: \(error)")
    }
  }

  private func claim(_ part: FrameOrigin, of frame: DecodedFrame, _ passage: Passage) {
    var (rows, others) = (RowSet(rows: part.origin.points), RowSet(rows: part.origin.points))
    for (row, place) in zip(part.rows, part.places) {
      if lane(of: frame.hash(row)) == nil {
        rows.insert(Int(place))
      } else {
        others.insert(Int(place))
      }
    }
    if part.origin.age > 0 {
      return passage.claims.append(
        Passage.Claim(
          part: part, grant: .none(superseded: rows), owesMarks: false, superseded: others))
    }
    let superseded = marks.superseded(part.origin, others)
    let (grant, owesMarks) =
      switch marks.claimForwarded(part.origin, rows) {
      case .granted(let grant): (grant, true)
      case .forgotten: (BatchMarks.Grant.none(superseded: rows), false)
      case .repeated, .late, .refused: (BatchMarks.Grant.none(), false)
      }
    passage.claims.append(
      Passage.Claim(part: part, grant: grant, owesMarks: owesMarks, superseded: superseded))
  }

  /// A batch each: a node's rim gathers them, but the parts do not care.
  private func reroute(_ row: Int, of frame: DecodedFrame, _ passage: Passage) {
    guard let point = point(row, of: frame) else {
      return world.broken(.integrity, "a surrendered hint has a point that was never sent")
    }
    let claim = passage.claims.first { $0.part.rows.contains(row) }
    let place = claim.map { $0.part.places[row - $0.part.first] } ?? 0
    let batch = newBatch()
    if let claim { batch.beginOrigin(claim.part.origin, firstOrdinal: 0) }
    _ = append(place, point, frame.time(row), to: batch)
    batch.endOrigin()
    if let seat = lane(of: frame.hash(row)) {
      if let claim, claim.superseded.contains(Int(place)) {
        free(batch)
        return leaveOut(isSuperseded: true)
      }
      seat.sender.take(batch, ticket: nil, now: linkTime, wall: wall)
      free(batch)
      return afterSender(seat)
    }
    if let claim, !claim.grant.rows.contains(Int(place)) {
      free(batch)
      return leaveOut(isSuperseded: claim.grant.superseded.contains(Int(place)))
    }
    accounts.inFlight += 1
    passage.rowsLeft += 1
    let surrendered = ShardSeat.Surrendered(point: point, row: row, passage: passage)
    let shard = shards[placement.shard(frame.hash(row))]
    enqueue(.batch(batch, .surrendered(surrendered)), at: shard)
  }

  private func leaveOut(isSuperseded: Bool) {
    if isSuperseded {
      accounts.givenUp += 1
    } else {
      accounts.repeated += 1
      world.tallies[.pointsRepeated] += 1
    }
  }

  /// A row, or the hint itself, is done.
  func passed(_ passage: Passage) {
    passage.rowsLeft -= 1
    guard passage.rowsLeft == 0 else { return }
    for claim in passage.claims where claim.owesMarks {
      let rejected = claim.part.rows.filter(passage.rejected.contains)
        .map { Int(claim.part.places[$0 - claim.part.first]) }
      marks.settle(claim.part.origin, without: rejected)
    }
  }

  /// Which point a row is, if it is what was sent: of a batch, at this place of it.
  func point(_ row: Int, of frame: DecodedFrame) -> PointNumber? {
    let name = frame.names[frame.nameRange(row)]
    guard
      let point = world.model.point(hash: frame.hash(row), name: name, value: frame.value(row)),
      world.model.kind(of: point) == frame.kind(row)
    else { return nil }
    let truth = world.model.truth(point)
    let part = frame.origins.first { $0.rows.contains(row) }
    guard let batch = truth.batch else {
      return part == nil && truth.time == frame.time(row) ? point : nil
    }
    guard let part, part.origin.sequence == batch.sequence,
      part.origin.client == batch.client.name, part.origin.points == batch.rows.count
    else { return nil }
    let sent = batch.rows[Int(part.places[row - part.first])]
    return sent.point == point && (sent.time == 0 || sent.time == frame.time(row)) ? point : nil
  }
}
