// SPDX-License-Identifier: Apache-2.0
internal import Shard

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

  // MARK: Frames

  /// Most rows of a frame: a whole batch. 4096 x (4 + 8 + 8) B = 80 KiB of columns.
  public static let frameRowsMax = 4096

  /// Name bytes of a frame's rows, one name counted for each row: 64 names of the longest kind, and
  /// 4096 of 256 B.
  public static let frameNameBytesMax = 64 * ShardLimits.nameBytesMax

  /// Longest body of a frame: its names (1 MiB), their lengths (3 B each), the columns (3 B an id,
  /// 8 a value, 8 a time) and 256 B of heads make 1.13 MiB. Far below a message's 4 MiB.
  public static let frameBodyBytesMax = frameNameBytesMax + frameRowsMax * (3 + 3 + 8 + 8) + 256

  /// Most names of a dictionary. With 16 B of hash and place each, 4 MiB.
  public static let dictionaryNamesMax = 1 << 18

  /// Bytes of the names of a dictionary, each rounded up to eight: 64 B a name. With what
  /// ``dictionaryNamesMax`` says, a receiver keeps 20 MiB a link at most, 1.3 GB for 63 full ones;
  /// a sender 28 MiB, for it has a table of 2^19 slots of 16 B to find names in.
  public static let dictionaryNameBytesMax = 16 << 20
}
