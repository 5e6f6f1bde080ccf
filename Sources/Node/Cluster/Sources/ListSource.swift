// SPDX-License-Identifier: Apache-2.0
import Router

/// Nodes that were named once and for all.
struct ListSource: MembershipSource {
  private let members: [Member]

  /// - Precondition: the ids differ, and there are no more than a cluster has.
  init(_ members: [Member]) { self.members = members }

  var name: String { "peers" }

  func run(_ publish: @escaping @Sendable (MembershipSnapshot) -> Void) async {
    guard let snapshot = try? MembershipSnapshot(members: members) else {
      preconditionFailure("too many peers")
    }
    publish(snapshot)
  }
}
