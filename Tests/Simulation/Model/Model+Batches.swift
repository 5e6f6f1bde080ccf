// SPDX-License-Identifier: Apache-2.0
import Router
import Shard

/// What is promised of rows of batches, which may come again: checked as clients hear of it.
extension Model {
  /// A client has the ack of the latest copy of a batch.
  func acked(_ batch: SentBatch, _ ack: CopyAck) {
    for (row, outcome) in zip(batch.rows, ack.rows) {
      switch outcome {
      case .applied, .repeated: promised(row.point)
      case .rejected(.superseded):
        world.broken(.ack, "\(describe(row.point)) was superseded in the latest copy")
      case .rejected, .hinted: break
      }
    }
  }

  /// The client has been told that the point counts.
  private func promised(_ point: PointNumber) {
    if truth(point).holder == nil {
      return world.broken(.nothingPromised, "\(describe(point)) was acked, and is nowhere")
    }
    series[point / SeriesTruth.pointsMax].acked |= 1 << UInt64(point % SeriesTruth.pointsMax)
  }

  /// The client is content: what it was told last is what became of the batch.
  func settled(_ batch: SentBatch, _ ack: CopyAck) {
    for (row, outcome) in zip(batch.rows, ack.rows) {
      switch outcome {
      case .applied, .repeated: points[row.point]?.fate = .applied
      case .hinted: points[row.point]?.fate = .hinted
      // A hint of an earlier copy may count all the same.
      case .rejected: continue
      }
      points[row.point]?.keeper = ack.life
    }
  }

  /// A node looks at the cluster in a new way.
  func placed(_ table: PartitionTable) {
    guard !tables.contains(where: { $0.nodes == table.nodes }) else { return }
    tables.append(table)
  }

  /// A row was left out because it may have counted on a node that did not tell: there must be one.
  func outcomeUnknown(_ point: PointNumber, silent: Set<NodeID>) {
    let partition = Placement.partition(series(of: point).hash)
    let wasOwned = tables.contains { $0.owner(partition).map(silent.contains) ?? false }
    world.tallies[.rowsUnknown] += 1
    if !wasOwned {
      world.broken(
        .nothingWithheld,
        "\(describe(point)) was rejected as unknown, and only \(silent) are silent")
    }
  }
}
