// SPDX-License-Identifier: Apache-2.0
import Shard

/// How large a loop's batches are and how many of them may be with the shards, by the number of
/// shards: more shards get smaller batches, so that a turn's memory does not grow with them.
struct BatchLimits: Sendable, Hashable {
  /// Rows of all shards' open batches together: 16 shards get batches of the standard size.
  private static let rowsOpenMax = 16 * ShardLimits.batchRowsDefault
  /// Rows below which a batch is not worth a job of its own.
  private static let rowsMin = 256
  /// Batches out that are enough to keep any number of shards up to 32 at work.
  private static let batchesOutMin = 64

  /// Rows of a batch.
  let rows: Int
  /// Bytes of names of a batch: 48 a row, and at least the longest key.
  let nameBytes: Int
  /// Batches with the shards at which reading stops. With 342 KB a batch, 64 are 22 MB a loop; with
  /// 1024 shards 2048 of 21 KB are 43 MB.
  let batchesOutHigh: Int
  /// Batches with the shards at which it goes on.
  var batchesOutLow: Int { batchesOutHigh / 2 }

  /// - Parameter nameBytesMax: longest name; labels may come with it.
  init(shards: Int, nameBytesMax: Int) {
    rows = min(max(Self.rowsOpenMax / shards, Self.rowsMin), ShardLimits.batchRowsDefault)
    let perRow = ShardLimits.batchNameBytesDefault / ShardLimits.batchRowsDefault
    nameBytes = max(rows * perRow, (nameBytesMax + ShardLimits.labelBytesMax + 7) & ~7)
    batchesOutHigh = max(Self.batchesOutMin, 2 * shards)
  }

  /// A new batch.
  func emptyBatch() -> PointColumns { PointColumns(rowsMax: rows, nameBytesMax: nameBytes) }

  /// A batch that any name would fit into, if it were not full already.
  func fullBatch() -> PointColumns {
    let batch = PointColumns(rowsMax: 1, nameBytesMax: nameBytes)
    let bytes: [UInt8] = []
    _ = unsafe batch.append(
      hash: 0, nameFrom: bytes.span.bytes, range: 0..<0, value: 0, time: 0, ordinal: 0)
    return batch
  }
}
