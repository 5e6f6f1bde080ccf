// SPDX-License-Identifier: Apache-2.0

/// Looks over a set of members that a source gave, before it counts.
struct SourceCheck {
  /// The node that checks; it is a member in any case.
  let own: NodeID
  /// What was wrong, in words for a log.
  private(set) var issues: [String] = []
  private var members: [NodeID: Member] = [:]
  private var addresses: [String: NodeID] = [:]
  private var isTooLarge = false

  /// Nothing taken yet.
  init(own: NodeID) { self.own = own }

  /// The set by ids; nil when it is refused.
  var accepted: [NodeID: Member]? { isTooLarge ? nil : members }

  /// Takes the next member of the set.
  mutating func take(_ member: Member) {
    guard !isTooLarge else { return }
    if let first = members[member.id] {
      guard first != member else { return }
      issues.append(
        "node \(member.id) is named twice: \(first.address) counts, not \(member.address)")
      return
    }
    guard !member.address.isEmpty || member.id == own else {
      issues.append("node \(member.id) is named without an address, and left out")
      return
    }
    if let other = addresses[member.address] {
      issues.append("nodes \(other) and \(member.id) have the same address, \(member.address)")
    }
    addresses[member.address] = member.id
    members[member.id] = member
    let count = members.count + (members[own] == nil ? 1 : 0)
    if count > RouterLimits.nodesMax {
      isTooLarge = true
      issues.append("more than \(RouterLimits.nodesMax) nodes are named: the set is refused")
    }
  }
}
