// SPDX-License-Identifier: Apache-2.0

/// Which node, and which of its lives. Whoever starts later under the same id has the larger
/// incarnation. Never an address: addresses are reused.
public struct NodeIdentity: Sendable, Hashable, CustomStringConvertible {
  /// Which node.
  public var id: NodeID
  /// Which of its lives: Unix microseconds of its start. Never 0.
  public var incarnation: UInt64

  /// An identity as given.
  public init(_ id: NodeID, incarnation: UInt64) {
    self.id = id
    self.incarnation = incarnation
  }

  /// As in `a@1700000000000000`.
  public var description: String { "\(id)@\(incarnation)" }
}
