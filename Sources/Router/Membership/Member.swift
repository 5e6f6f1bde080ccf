// SPDX-License-Identifier: Apache-2.0

/// A node that belongs to the cluster, as a source of membership names it.
public struct Member: Sendable, Hashable {
  /// Which node.
  public var id: NodeID
  /// Where its peer listener is reached: `HOST:PORT`, as text, because only the rim resolves it.
  public var address: String
  /// Its share of partitions relative to others'. 1...``RouterLimits/weightMax``.
  public var weight: Int

  /// A member as given.
  ///
  /// - Precondition: the weight is in range.
  public init(id: NodeID, address: String, weight: Int = 1) {
    precondition((1...RouterLimits.weightMax).contains(weight), "weight out of range")
    self.id = id
    self.address = address
    self.weight = weight
  }
}
