// SPDX-License-Identifier: Apache-2.0
import Router
import Shard

/// Brings points that were kept for a node that gets no more to those who own their names now.
enum Rerouting {
  /// What became of points that turned out to be the node's own.
  struct Tally: Sendable, Hashable {
    var applied: Int64 = 0
    var rejected: Int64 = 0
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
    var batches: [Place: PointColumns] = [:]
    for row in 0..<frame.count {
      let hash = frame.hash(row)
      let owner = view.table.owner(Placement.partition(hash)) ?? own.id
      let place = owner == own.id ? Place.shard(placement.shard(hash)) : .peer(owner)
      while !append(row, of: frame, to: &batches[place, default: Self.emptyBatch]) {
        await flush(batches.removeValue(forKey: place), to: place)
      }
    }
    for (place, batch) in batches { await flush(batch, to: place) }
  }

  private enum Place: Hashable {
    case shard(Int)
    case peer(NodeID)
  }

  private static var emptyBatch: PointColumns {
    PointColumns(rowsMax: 1024, nameBytesMax: 64 << 10)
  }

  private func append(_ row: Int, of frame: DecodedFrame, to batch: inout PointColumns) -> Bool {
    unsafe batch.append(
      hash: frame.hash(row), nameFrom: frame.names.span.bytes, range: frame.nameRange(row),
      value: frame.value(row), time: frame.time(row), ordinal: 0,
      kind: frame.kind(row))
  }

  private func flush(_ batch: PointColumns?, to place: Place) async {
    guard let batch else { return }
    switch place {
    case .peer(let id): await links[id]?.take(batch, receipt: nil)
    case .shard(let shard):
      let now = surroundings.now
      await surroundings.seats[shard].aggregator.apply(batch, now: now())
      rerouted.applied += Int64(batch.count - batch.rejections.count)
      rerouted.rejected += Int64(batch.rejections.count)
    }
  }
}
