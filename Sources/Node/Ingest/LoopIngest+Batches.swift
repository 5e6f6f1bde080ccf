// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Shard

/// Batches with their series told once: what points need is looked up by a number, and rows that an
/// earlier copy has brought are left out.
extension LoopIngest {
  func ack(_ tally: PointTally, batch sequence: UInt64) -> BatchAck {
    rules.ack(tally, batch: sequence)
  }

  /// Takes the batch at `body`; its sink is told when it is known what became of it. A later copy
  /// waits until other nodes have said what they know of earlier ones.
  ///
  /// - Throws: what the stream ends with when the batch cannot be taken. Nothing of it has been.
  func take(
    _ bytes: RawSpan, _ body: Range<Int>, from sink: BatchSink, windowBytes: Int
  ) throws(RPCError) {
    let copy = try read(bytes, body, from: sink)
    if let inquiry = inquiry(copy) {
      sink.began()
      return hold(HeldBatch(bytes, body, sink, windowBytes: windowBytes), inquiry)
    }
    try take(copy, .first, from: sink, windowBytes: windowBytes) { sink.began() }
  }

  /// Takes the batch that was read last.
  ///
  /// - Parameters:
  ///   - fate: what other nodes know of earlier copies.
  ///   - willTake: called when nothing is in the way any more.
  func take(
    _ origin: RowOrigin, _ fate: BatchFate, from sink: BatchSink, windowBytes: Int,
    willTake: () -> Void = {}
  ) throws(RPCError) {
    let turn = currentTurn()
    let copy = BatchCopy(origin.batchName, sink, self)
    let omissions = try claim(origin, fate, for: copy)
    willTake()
    turn.begin(copy, index: 0, windowBytes: windowBytes)
    turn.hasBatches = true
    if !route.lanes.isEmpty { mark(origin, firstOrdinal: turn.ordinal) }
    unsafe append(batch, omissions, turn, &copy.tally)
    mark(nil, firstOrdinal: 0)
    sample(batch)
    ledger.received += Int64(batch.count)
    turn.end(messages: Int64(batch.count))
  }

  /// Claims what is new of the rows that are this node's own.
  ///
  /// - Throws: RESOURCE_EXHAUSTED when there are too many clients.
  private func claim(
    _ origin: RowOrigin, _ fate: BatchFate, for copy: BatchCopy
  ) throws(RPCError) -> BatchOmissions {
    var own = judgeRows(batch)
    guard case .known(let repeated, let unknown) = fate else { return .all(of: batch.count) }
    own.subtract(repeated)
    own.subtract(unknown)
    switch marks.claimSent(origin, own) {
    case .granted(let grant):
      copy.granted = grant.rows
      let omissions = BatchOmissions(points: batch.count, fate, own: own, grant: grant)
      copy.claimedEarlier = omissions.claimedEarlier
      return omissions
    case .repeated:
      return BatchOmissions(points: batch.count, fate, own: own, grant: .none())
    case .late: return .all(of: batch.count)
    case .forgotten:
      var all = own
      all.formUnion(unknown)
      return BatchOmissions(
        points: batch.count, .known(repeated: repeated, unknown: all), own: own, grant: .none())
    case .refused:
      throw RPCError(
        .resourceExhausted, "this node knows too many clients of batches; send again later")
    }
  }

  /// Reads the batch at `body`, and its series.
  func read(_ bytes: RawSpan, _ body: Range<Int>, from sink: BatchSink) throws(RPCError)
    -> RowOrigin
  {
    do throws(PointError) {
      try batch.read(bytes, body)
    } catch {
      throw sink.noBatch(error, at: body.lowerBound)
    }
    let name = try sink.name(batch, bytes)
    do throws(BatchFault) {
      try batch.check()
      try unsafe batchSeries.take(bytes, of: batch, admission) { batchPlace($0) }
    } catch {
      throw RPCError(.invalidArgument, "\(error)")
    }
    return RowOrigin(
      client: name.client, sequence: name.sequence, confirmed: batch.confirmed, age: batch.age,
      points: batch.count)
  }

  /// Where a series' points go. They are sent again to any node, and counted once by the owner
  /// alone: so they stay with it, however hot they are; but a hot series of this node's own goes to
  /// its shards in turn, batch by batch.
  private func batchPlace(_ hash: UInt64) -> Int {
    let slot = slots[Placement.partition(hash)]
    let home = Int(slot.base) + placement.shard(hash) & Int(slot.mask)
    guard slot.isHot, home < shards.count, unsafe spread.hot.holds(hash) else { return home }
    unsafe spread.batches &+= 1
    return unsafe spread.batches % shards.count
  }

  /// Shows some of the batch's points to the hot names.
  private func sample(_ batch: borrowing PointBatchReader) {
    var unsampled = unsafe spread.pointsUnsampled - batch.count
    while unsampled <= 0 {
      let row = unsafe spread.draw(of: batch.count)
      unsampled += unsafe spread.pointsUnsampled
      let series = batchSeries.entries[batch.seriesIndex(row)]
      guard series.reason == nil else { continue }
      if unsafe spread.hot.sample(series.hash, now: admission.now) { markHot() }
    }
    unsafe spread.pass(unsampled)
  }

  /// Judges all rows, and gives those that may come in and are this node's own. O(points).
  private func judgeRows(_ batch: borrowing PointBatchReader) -> RowSet {
    unsafe batchRows.judge(
      batch, of: batchSeries.entries, admission, ownPlaces: shards.count)
  }

  /// Appends what may come in, but for what is left out. The rows have been judged.
  private func append(
    _ batch: borrowing PointBatchReader, _ omissions: BatchOmissions, _ turn: IngestTurn,
    _ tally: inout PointTally
  ) {
    var rows = BatchRows()
    swap(&rows, &batchRows)
    let series = batchSeries.entries.count
    // Where most series have one row, their order saves nothing.
    let sorts = batch.count >= 2 * series
    if sorts, rows.areAllOwn, omissions.rows.isEmpty {
      rows.sort(batch, series: series)
      tally.accept(Int64(batch.count))
    } else {
      if sorts { rows.leaveAllOut(batch.count, series: series) }
      sift(batch, omissions, &rows, keepsOwn: sorts, turn, &tally)
      if sorts { rows.sortKept(series: series) }
    }
    if sorts { appendOwn(batch, rows, turn) }
    swap(&rows, &batchRows)
  }

  /// Row by row: appends those of others, in the order in which they came, as frames to them must
  /// have them, and the own ones, unless they are kept to be sorted.
  private func sift(
    _ batch: borrowing PointBatchReader, _ omissions: BatchOmissions, _ rows: inout BatchRows,
    keepsOwn: Bool, _ turn: IngestTurn, _ tally: inout PointTally
  ) {
    var accepted: Int64 = 0
    var repeats: Int64 = 0
    // Locals: fields of a class would be loaded anew for each point.
    let (admission, entries, keys) = unsafe (
      self.admission, batchSeries.entries, batchSeries.keys
    )
    let omitted = omissions.rows
    let ownPlaces = shards.count
    let firstOrdinal = turn.ordinal
    var open = unsafe self.open
    for row in 0..<batch.count {
      let index = batch.seriesIndex(row)
      let series = entries[index]
      let verdict =
        series.reason.map { Admission.Verdict.rejected($0) }
        ?? rows.verdict(on: row, of: batch, admission)
      switch verdict {
      case .accepted(let time):
        if omitted.contains(row) {
          if let reason = omissions.reason(row) {
            tally.reject(reason, index: Int64(row))
            ledger.reject(reason)
          } else {
            repeats += 1
          }
          continue
        }
        accepted += 1
        let place = series.place
        if keepsOwn, place < ownPlaces {
          rows.keep(row, series: index)
          continue
        }
        while !open[place].append(
          hash: series.hash, nameFrom: unsafe keys.span.bytes, range: series.key,
          value: batch.value(row), time: time,
          ordinal: firstOrdinal &+ UInt32(truncatingIfNeeded: row), kind: series.kind)
        {
          makeRoom(place, turn)
          unsafe open[place] = self.open[place]
        }
      case .rejected(let reason):
        tally.reject(reason, index: Int64(row))
        ledger.reject(reason)
      }
    }
    tally.accept(accepted + repeats)
    tally.repeat(repeats)
    ledger.repeated += repeats
  }

  /// Appends rows for the own shards, series by series.
  private func appendOwn(
    _ batch: borrowing PointBatchReader, _ rows: BatchRows, _ turn: IngestTurn
  ) {
    let (entries, keys) = (batchSeries.entries, batchSeries.keys)
    let firstOrdinal = turn.ordinal
    batch.withColumns { _, values, _ in
      for (index, series) in entries.enumerated() {
        var places = rows.places(of: index)
        while !places.isEmpty {
          let added = unsafe open[series.place].append(
            hash: series.hash, nameFrom: keys.span.bytes, range: series.key, kind: series.kind,
            rows: rows.order.span.extracting(places), values: values, times: rows.times.span,
            time: rows.time, firstOrdinal: firstOrdinal)
          places = places.lowerBound + added..<places.upperBound
          if !places.isEmpty { makeRoom(series.place, turn) }
        }
      }
    }
  }
}
