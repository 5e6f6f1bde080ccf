// SPDX-License-Identifier: Apache-2.0

/// What all parts of one attempt to hand over have in common.
public struct HandOverHeading: Sendable, Hashable {
  /// Which cluster.
  public var cluster: String
  /// Who applied the points.
  public var origin: NodeIdentity
  /// Counts the origin's attempts from 1; a larger one replaces all that came before it.
  public var attempt: UInt64

  /// A heading as given.
  public init(cluster: String, origin: NodeIdentity, attempt: UInt64) {
    self.cluster = cluster
    self.origin = origin
    self.attempt = attempt
  }
}
