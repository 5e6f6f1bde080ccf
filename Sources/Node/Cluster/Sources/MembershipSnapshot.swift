// SPDX-License-Identifier: Apache-2.0
import Router

/// What a source of membership says at one time. A later snapshot replaces an earlier one whole.
struct MembershipSnapshot: Sendable, Hashable {
  /// Nodes by name, in order of ids, which differ. The node itself may be among them.
  let members: [Member]
  /// `HOST:PORT` of nodes whose ids only they can tell, sorted, each once. The node itself may be
  /// among them.
  let addresses: [String]

  /// Puts nodes in order. O(n log n).
  ///
  /// - Throws: ``PeerProblem`` when there are more than a cluster has.
  /// - Precondition: the ids differ.
  init(members: [Member] = [], addresses: some Collection<String> = []) throws(PeerProblem) {
    self.members = members.sorted { $0.id < $1.id }
    self.addresses = Set(addresses).sorted()
    precondition(
      zip(self.members, self.members.dropFirst()).allSatisfy { $0.id != $1.id }, "an id twice")
    let count = self.members.count + self.addresses.count
    guard count <= RouterLimits.nodesMax else {
      throw PeerProblem("\(count) nodes are more than \(RouterLimits.nodesMax)")
    }
  }

  /// Nodes named or not.
  var count: Int { members.count + addresses.count }
}
