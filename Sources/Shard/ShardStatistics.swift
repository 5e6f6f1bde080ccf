// SPDX-License-Identifier: Apache-2.0

/// What a shard holds and has done.
public struct ShardStatistics: Sendable, Hashable {
  /// Series held now, those waiting to be given back included.
  public let series: Int
  /// Bytes of series, slices and the table, as the C allocator rounds them.
  public let bytes: Int
  /// Points applied since the start.
  public let pointsApplied: Int
  /// Points rejected since the start.
  public let pointsRejected: Int
  /// Series given back since the start.
  public let seriesEvicted: Int
}
