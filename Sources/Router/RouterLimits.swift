// SPDX-License-Identifier: Apache-2.0

/// Every limit of this module, with its unit and its arithmetic.
public enum RouterLimits {
  /// Buckets of the hash that are placed on nodes: 2^10, so 64 nodes hold 16 each.
  public static let partitions = 1 << partitionBits

  /// The highest bits of the hash, which choose the partition.
  public static let partitionBits = 10

  /// Most shards of a node: far more than cores, far less than the 2^32 that the low half of the
  /// hash can tell apart.
  public static let shardsMax = 1024

  /// Most rows of a report: a row number takes 32 bits, one value means none.
  static let rowsMax = Int(UInt32.max) - 1

  // MARK: Membership

  /// Longest node id: a DNS label.
  public static let nodeIDBytesMax = 63

  /// Most nodes of a cluster: 1024 partitions leave each at least four.
  public static let nodesMax = 256

  /// Largest weight of a node.
  public static let weightMax = 100
}
