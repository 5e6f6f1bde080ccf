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

extension MembershipSnapshot {
  /// All nodes but the own one, those found behind the addresses included. One that was found
  /// behind several is where its latest life was: the others may be places that it had before.
  /// O(n log n).
  func members(found: [String: NodeIdentity], own: NodeID) -> [Member] {
    var places: [NodeID: (incarnation: UInt64, address: String)] = [:]
    for address in addresses {
      guard let identity = found[address], identity.id != own else { continue }
      if let other = places[identity.id], other.incarnation >= identity.incarnation { continue }
      places[identity.id] = (identity.incarnation, address)
    }
    return members
      + places.sorted { $0.key < $1.key }.map { Member(id: $0.key, address: $0.value.address) }
  }
}
