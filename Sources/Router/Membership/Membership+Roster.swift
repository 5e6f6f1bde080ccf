// SPDX-License-Identifier: Apache-2.0

/// What a node is to the cluster.
public enum MemberRole: String, Sendable, Hashable {
  /// Points are placed on it.
  case member
  /// The source does not name it any more; it is asked until its points have left the window.
  case former
  /// It said that it leaves; it is asked, and gets no points.
  case leaving
  /// It handed over what it had.
  case departed
}

extension Membership {
  /// All nodes that are known of, in order of ids; addresses are empty where they are not known.
  public var roster: [(member: Member, role: MemberRole)] {
    var roster = view.members.map { (member: $0, role: MemberRole.member) }
    for member in view.former {
      let isLeaving = leaves[member.id].map { !$0.isOver } ?? false
      roster.append((member, isLeaving ? .leaving : .former))
    }
    for identity in departedIdentities {
      let member = named[identity.id] ?? Member(id: identity.id, address: "")
      roster.append((member, .departed))
    }
    return roster.sorted { $0.member.id < $1.member.id }
  }
}
