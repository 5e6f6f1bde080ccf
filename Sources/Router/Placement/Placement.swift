// SPDX-License-Identifier: Apache-2.0

/// Where a name belongs, by its hash: which partition of the cluster, and which shard of a node.
///
/// The partition comes from the highest ten bits and the shard from the lower 32, which share no
/// bit: the names of one partition spread over all shards.
@frozen
public struct Placement: Sendable, Hashable {
  /// Shards of this node.
  public let shards: Int

  /// - Precondition: `shards` is within 1...``RouterLimits/shardsMax``.
  public init(shards: Int) {
    precondition((1...RouterLimits.shardsMax).contains(shards), "shards out of range")
    self.shards = shards
  }

  /// The partition of a hash, 0..<1024. O(1).
  @inlinable
  public static func partition(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash >> UInt64(64 - RouterLimits.partitionBits))
  }

  /// The shard of a hash, 0..<`shards`: the low half scaled, which needs no division
  /// (Lemire: "Fast random integer generation in an interval", 2019). O(1).
  @inlinable
  public func shard(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: ((hash & 0xFFFF_FFFF) &* UInt64(truncatingIfNeeded: shards)) >> 32)
  }
}
