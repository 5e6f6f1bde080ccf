// SPDX-License-Identifier: Apache-2.0
import Router
import Shard

/// Brings points that were kept for a node that gets no more to those who own their names now.
enum Rerouting {
  /// What became of points that turned out to be the node's own.
  struct Tally: Sendable, Hashable {
    var applied: Int64 = 0
    var rejected: Int64 = 0
    /// Had come already, in another copy of their batch.
    var repeated: Int64 = 0
  }
}

extension Cluster {
  /// Takes what links keep for nodes that are no members of the view, and routes it anew.
  func reroute(_ view: ClusterView) async {
    guard view.table.nodes.count > 0 else { return }
    for (id, link) in links where !view.table.nodes.contains(id) {
      for body in await link.surrender() { await route(body, view) }
    }
  }

  private func route(_ hint: Hint, _ view: ClusterView) async {
    var decoder = FrameDecoder()
    let frame: DecodedFrame
    do {
      frame = try decoder.decode(
        unsafe hint.body.span.bytes, rows: UInt32(hint.rows), dictionary: 0)
    } catch {
      preconditionFailure("a hint of our own making is malformed: \(error)")
    }
    let placement = Placement(shards: surroundings.seats.count)
    let places = (0..<frame.count).map { row in
      let hash = frame.hash(row)
      let owner = view.table.owner(Placement.partition(hash)) ?? own.id
      return owner == own.id ? Place.shard(placement.shard(hash)) : .peer(owner)
    }
    var batches: [Place: PointColumns] = [:]
    var origins = frame.origins[...]
    var claims: [Claim] = []
    var untaken: [BatchName: [Int]] = [:]
    for row in 0..<frame.count {
      if let before = origins.first, row == before.rows.upperBound { origins.removeFirst() }
      let origin = origins.first.flatMap { $0.rows.contains(row) ? $0 : nil }
      if let origin, origin.first == row { claim(origin, places, &claims) }
      switch claims.last?.verdict(row, places[row]) {
      case .repeated:
        rerouted.repeated += 1
        continue
      case .refused:
        rerouted.rejected += 1
        continue
      case .taken, nil: break
      }
      while !append(row, of: frame, origin, to: &batches[places[row], default: Self.emptyBatch]) {
        await flush(batches.removeValue(forKey: places[row]), to: places[row], &untaken)
      }
    }
    for (place, batch) in batches { await flush(batch, to: place, &untaken) }
    for claim in claims where claim.owesMarks {
      let name = claim.part.origin.batchName
      let rejected = untaken[name, default: []].filter(claim.grant.rows.contains)
      surroundings.marks.settle(name, without: rejected)
    }
  }

  private enum Place: Hashable {
    case shard(Int)
    case peer(NodeID)

    var isOwn: Bool { if case .shard = self { true } else { false } }
  }

  /// What this node got of the rows of a batch that are its own now.
  private struct Claim {
    let part: FrameOrigin
    let grant: BatchMarks.Grant
    /// Rows of others that are not to reach them.
    let withheld: RowSet
    var owesMarks = false

    enum Verdict { case taken, repeated, refused }

    func verdict(_ row: Int, _ place: Place) -> Verdict {
      guard part.rows.contains(row) else { return .taken }
      let index = Int(part.places[row - part.first])
      guard place.isOwn else { return withheld.contains(index) ? .refused : .taken }
      if grant.rows.contains(index) { return .taken }
      return grant.superseded.contains(index) ? .refused : .repeated
    }
  }

  /// Whoever the rows were kept for may have taken them in an earlier copy, which the new owner
  /// does not know: rows of later copies go nowhere, for they might count twice.
  private func claim(_ part: FrameOrigin, _ places: [Place], _ claims: inout [Claim]) {
    var (rows, others) = (RowSet(rows: part.origin.points), RowSet(rows: part.origin.points))
    for (row, place) in zip(part.rows, part.places) {
      if places[row].isOwn { rows.insert(Int(place)) } else { others.insert(Int(place)) }
    }
    guard part.origin.age == 0 else {
      return claims.append(Claim(part: part, grant: .none(superseded: rows), withheld: others))
    }
    let withheld = surroundings.marks.superseded(part.origin, others)
    switch surroundings.marks.claimForwarded(part.origin, rows) {
    case .granted(let grant):
      claims.append(Claim(part: part, grant: grant, withheld: withheld, owesMarks: true))
    case .forgotten:
      claims.append(Claim(part: part, grant: .none(superseded: rows), withheld: withheld))
    case .repeated, .late, .refused:
      claims.append(Claim(part: part, grant: .none(), withheld: withheld))
    }
  }

  private static var emptyBatch: PointColumns {
    PointColumns(rowsMax: 1024, nameBytesMax: 64 << 10)
  }

  /// A row of a batch that may come again makes a run of its own: hints are rarely routed anew.
  private func append(
    _ row: Int, of frame: DecodedFrame, _ part: FrameOrigin?, to batch: inout PointColumns
  ) -> Bool {
    let place = part.map { $0.places[row - $0.first] } ?? 0
    if let part { batch.beginOrigin(part.origin, firstOrdinal: 0) }
    defer { batch.endOrigin() }
    return unsafe batch.append(
      hash: frame.hash(row), nameFrom: frame.names.span.bytes, range: frame.nameRange(row),
      value: frame.value(row), time: frame.time(row), ordinal: place, kind: frame.kind(row))
  }

  /// - Parameter untaken: gets the rows of batches that shards did not take.
  private func flush(
    _ batch: PointColumns?, to place: Place, _ untaken: inout [BatchName: [Int]]
  ) async {
    guard let batch else { return }
    switch place {
    case .peer(let id): await links[id]?.take(batch, receipt: nil)
    case .shard(let shard):
      let now = surroundings.now
      await surroundings.seats[shard].aggregator.apply(batch, now: now())
      rerouted.applied += Int64(batch.count - batch.rejections.count)
      rerouted.rejected += Int64(batch.rejections.count)
      for rejection in batch.rejections {
        guard let run = batch.originRuns.first(where: { $0.rows.contains(rejection.row) })
        else { continue }
        untaken[run.origin.batchName, default: []].append(Int(rejection.ordinal))
      }
    }
  }
}
