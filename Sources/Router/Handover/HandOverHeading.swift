// SPDX-License-Identifier: Apache-2.0

/// What all parts of one attempt to hand over have in common.
public struct HandOverHeading: Sendable, Hashable {
  /// Which cluster.
  public var cluster: String
  /// Who applied the points.
  public var origin: NodeIdentity
  /// Counts the origin's attempts from 1; a larger one replaces all that came before it.
  public var attempt: UInt64
  /// Lives that have left, whose windows the origin held and hands on in its own name, in the order
  /// in which they left. At most ``RouterLimits/includedMax``.
  public var includes: [NodeIdentity]

  /// A heading as given.
  public init(
    cluster: String, origin: NodeIdentity, attempt: UInt64, includes: [NodeIdentity] = []
  ) {
    self.cluster = cluster
    self.origin = origin
    self.attempt = attempt
    self.includes = includes
  }

  /// Whose windows a node hands on that holds these.
  ///
  /// - Parameter held: origins and whom they include, in the order in which they left.
  public static func included(
    _ held: [(origin: NodeIdentity, includes: [NodeIdentity])]
  ) -> [NodeIdentity] {
    var seen: Set<NodeIdentity> = []
    let all = held.flatMap { $0.includes + [$0.origin] }.reversed()
    return all.filter { seen.insert($0).inserted }.prefix(RouterLimits.includedMax).reversed()
  }
}
