// SPDX-License-Identifier: Apache-2.0
import Router
import Shard

import enum Proto.SeriesKey

/// Where the series of a name are, found as ingest finds it.
struct NamePlace: Hashable {
  /// Longest name that any node takes, in bytes.
  static let nameBytesMax = ShardLimits.nameBytesMax

  /// Which of the cluster's partitions.
  let partition: Int
  /// Which shard, on a node with as many as were said.
  let shard: Int

  /// The place; nil for what is no name of a series.
  init?(_ name: String, _ placement: Placement) {
    let bytes = Array(name.utf8)
    guard (1...Self.nameBytesMax).contains(bytes.count) else { return nil }
    let hash = SeriesKey.hash(unsafe bytes.span.bytes, 0..<bytes.count)
    partition = Placement.partition(hash)
    shard = placement.shard(hash)
  }
}
