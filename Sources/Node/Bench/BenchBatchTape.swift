// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf

/// By which call the load is sent.
enum BenchCall: String, Sendable, CaseIterable {
  /// `PushPoints`: a message a point.
  case points
  /// `PushBatches`: columns, names once a batch.
  case batches
}

/// Batches encoded before the clock starts, all but their numbers: those come in front of each when
/// it is sent.
struct BenchBatchTape: Sendable {
  /// Fewest batches: no value is twice in a frame between nodes only because the tape came round.
  private static let batchesMin = 8

  /// The columns of each batch.
  let columns: [[UInt8]]
  let pointsPerBatch: Int
  private let batches: [PointBatch]

  /// Encodes every name at least once, in an order that looks random to the node's caches.
  init(names: [String], time: Int64, values: BenchValues, pointsPerBatch: Int) {
    self.pointsPerBatch = pointsPerBatch
    var random = BenchRandom(state: 0x7472_6962_7574_6172)
    let order = names.shuffled(using: &random)
    let starts = order.map { _ in Double.random(in: 1..<1000, using: &random) }
    let count = max(Self.batchesMin, (names.count + pointsPerBatch - 1) / pointsPerBatch)
    batches = (0..<count).map { batch in
      var message = PointBatch()
      var indices: [Int: UInt32] = [:]
      for point in batch * pointsPerBatch..<(batch + 1) * pointsPerBatch {
        let (visit, name) = point.quotientAndRemainder(dividingBy: order.count)
        if indices[name] == nil {
          indices[name] = UInt32(message.series.count)
          message.series.append(.with { $0.metric = order[name] })
        }
        message.seriesIndices.append(indices[name]!)
        message.values.append(
          values.value(start: starts[name], visit: visit, using: &random))
      }
      message.firstTime = time
      return message
    }
    columns = batches.map { $0.encoded() }
  }

  /// Bytes of a point, the series' share among them.
  var bytesPerPoint: Int { columns[0].count / pointsPerBatch }

  /// What is sent for a batch of the tape: a head that gives it its number, and its columns.
  func message(
    _ index: Int, points: Int, client: String, sequence: UInt64, confirmed: UInt64
  ) -> (head: [UInt8], columns: [UInt8]) {
    let columns = points == pointsPerBatch ? columns[index] : cut(index, points)
    let head = PointBatch.with {
      $0.client = client
      $0.sequence = sequence
      $0.confirmed = confirmed
    }.encoded()
    let length = UInt32(head.count + columns.count)
    let prefix = [0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * UInt32($0))) }
    return (prefix + head, columns)
  }

  private func cut(_ index: Int, _ points: Int) -> [UInt8] {
    var batch = batches[index]
    batch.seriesIndices.removeLast(pointsPerBatch - points)
    batch.values.removeLast(pointsPerBatch - points)
    return batch.encoded()
  }
}
