// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard

/// Batches from clients' streams: a later copy waits until other nodes have said what they know of
/// earlier ones; rows that are the node's own are claimed, the others go to their owners' links.
extension SimNode {
  /// Ordinals of rows lie beyond all points' numbers.
  static let rowOrdinalFirst: UInt32 = 1 << 31

  func received(_ message: BatchMessage, on stream: BatchStream) {
    if refusesClients { return stream.end() }
    guard stream.began() else { return }
    if let inquiry = inquiry(message) { return hold(message, stream, inquiry) }
    take(message, .first, stream, silent: [])
  }

  /// Takes a batch: its ack comes when it is known what became of it.
  ///
  /// - Parameter silent: nodes that were asked, and did not tell.
  func take(
    _ message: BatchMessage, _ fate: BatchFate, _ stream: BatchStream, silent: Set<NodeID>
  ) {
    world.say("\(identity) takes \(message.name), \(fate)")
    let copy = BatchCopy(message, stream, firstOrdinal: rowOrdinalNext)
    rowOrdinalNext = copy.ordinals.upperBound
    copies.append(copy)
    let admission = Admission(now: wall, shape: world.scenario.shape)
    let verdicts = message.batch.rows.map { verdict(admission, $0) }
    let omissions = claim(copy, fate, verdicts)
    copy.claimedEarlier = omissions.claimedEarlier
    marking = copy
    markLinks()
    for (row, verdict) in verdicts.enumerated() {
      take(row, of: copy, verdict, omissions, silent)
    }
    marking = nil
    markLinks()
    copiesOfTurn.append(copy)
    openTurn()
  }

  private func verdict(
    _ admission: Admission, _ row: (point: PointNumber, time: Int64)
  ) -> Admission.Verdict {
    let name = world.model.series(of: row.point).name
    let metric = 0..<SeriesKey.nameEnd(name.span.bytes, name.indices)
    return admission.admit(
      name.span.bytes, name: metric, value: world.model.value(of: row.point), time: row.time)
  }

  /// Claims what is new of the rows that are this node's own.
  private func claim(
    _ copy: BatchCopy, _ fate: BatchFate, _ verdicts: [Admission.Verdict]
  ) -> BatchOmissions {
    let points = verdicts.count
    var own = RowSet(rows: points)
    guard case .known(let repeated, let unknown) = fate else {
      return BatchOmissions(fate, points: points, own: own, grant: .none())
    }
    for (row, verdict) in verdicts.enumerated() {
      let point = copy.message.batch.rows[row].point
      guard case .accepted = verdict, lane(of: world.model.series(of: point).hash) == nil
      else { continue }
      own.insert(row)
    }
    own.subtract(repeated)
    own.subtract(unknown)
    switch marks.claimSent(copy.origin, own) {
    case .granted(let grant):
      copy.granted = grant.rows
      return BatchOmissions(fate, points: points, own: own, grant: grant)
    case .repeated: return BatchOmissions(fate, points: points, own: own, grant: .none())
    case .late: return BatchOmissions(.confirmed, points: points, own: own, grant: .none())
    case .forgotten:
      var all = own
      all.formUnion(unknown)
      return BatchOmissions(
        .known(repeated: repeated, unknown: all), points: points, own: own, grant: .none())
    case .refused: preconditionFailure("there are a few clients only")
    }
  }

  private func take(
    _ row: Int, of copy: BatchCopy, _ verdict: Admission.Verdict, _ omissions: BatchOmissions,
    _ silent: Set<NodeID>
  ) {
    accounts.received += 1
    let point = copy.message.batch.rows[row].point
    switch (verdict, omissions.outcome(row)) {
    case (.rejected(let reason), _):
      accounts.rejected += 1
      copy.settle(row, .rejected(reason))
    case (.accepted, .rejected(let reason)?):
      accounts.rejected += 1
      copy.settle(row, .rejected(reason))
      if reason == .outcomeUnknown, !silent.contains(identity.id) {
        world.model.outcomeUnknown(point, silent: silent)
      }
    case (.accepted, let outcome?):
      accounts.repeated += 1
      world.tallies[.pointsRepeated] += 1
      copy.settle(row, outcome)
    case (.accepted(let time), nil): append(row, of: copy, point, time)
    }
  }

  /// A name that is hot stays with its owner when it comes in a batch.
  private func append(_ row: Int, of copy: BatchCopy, _ point: PointNumber, _ time: Int64) {
    let series = world.model.series(of: point)
    let ordinal = copy.firstOrdinal + UInt32(row)
    accounts.inFlight += 1
    copy.unsettled += 1
    if let seat = lane(of: series.hash) {
      append(ordinal, point, time, to: seat)
    } else {
      copy.ownUnsettled += 1
      append(ordinal, point, time, to: shards[shard(of: series.hash, isKept: true)])
    }
  }

  private func markLinks() {
    for seat in senderSeats { if let open = seat.open { mark(open) } }
  }

  /// Rows that go to links from now on are of the copy that is being taken, if any.
  func mark(_ batch: PointColumns) {
    if let marking {
      batch.beginOrigin(marking.origin, firstOrdinal: marking.firstOrdinal)
    } else {
      batch.endOrigin()
    }
  }

  // MARK: What became of rows

  func source(of ordinal: UInt32) -> RowSource {
    guard ordinal >= SimNode.rowOrdinalFirst else { return .call(Int(ordinal)) }
    var (low, high) = (0, copies.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if copies[middle].firstOrdinal <= ordinal { low = middle } else { high = middle }
    }
    guard copies.indices.contains(low), copies[low].ordinals.contains(ordinal) else {
      preconditionFailure("a row of no copy")
    }
    return .batch(copies[low], row: Int(ordinal - copies[low].firstOrdinal))
  }

  /// - Parameter isOwn: it was with the node's own shards.
  func settle(_ copy: BatchCopy, _ row: Int, _ outcome: RowOutcome, isOwn: Bool) {
    copy.settle(row, outcome)
    copy.unsettled -= 1
    if isOwn {
      copy.ownUnsettled -= 1
      tellMarksIfOwnDone(copy)
    }
    answerIfDone(copy)
  }

  func closeTurn(_ copy: BatchCopy) {
    copy.closeTurn()
    tellMarksIfOwnDone(copy)
    answerIfDone(copy)
  }

  private func tellMarksIfOwnDone(_ copy: BatchCopy) {
    guard copy.isOwnDone, copy.granted != nil else { return }
    let retracted = copy.retracted
    copy.granted = nil
    marks.settle(copy.origin, without: retracted)
  }

  /// The copy that brought repeated rows first may still be on its way to a shard.
  private func answerIfDone(_ copy: BatchCopy) {
    guard copy.isDone else { return }
    copies.removeAll { $0 === copy }
    guard copy.hasRepeated else { return answer(copy) }
    marks.whenSettled(copy.origin.client, copy.origin.sequence) { [unowned self] in
      retractLost(copy)
      answer(copy)
    }
  }

  private func answer(_ copy: BatchCopy) {
    copy.stream.settled(copy.message, copy.ack(by: life))
  }

  /// Shards may have had no room for what an earlier copy claimed.
  private func retractLost(_ copy: BatchCopy) {
    guard let claimed = copy.claimedEarlier else { return }
    let lost = marks.lost(copy.origin, of: claimed)
    for row in 0..<lost.rows where lost.contains(row) && copy.outcomes[row] == .repeated {
      world.tallies[.pointsRepeated] -= 1
      accounts.repeated -= 1
      accounts.rejected += 1
      copy.retract(row)
    }
  }
}
