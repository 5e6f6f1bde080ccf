// SPDX-License-Identifier: Apache-2.0
import Router
import TestKit
import Testing

/// Random events; what must hold of every view holds of every one.
@Suite("Membership under random events")
struct MembershipModelTests {
  private let ids = (0..<8).map { NodeID("n\($0)")! }

  @Test(
    "views are sound, epochs count changes, and nodes of one mind place alike", arguments: 1...12)
  func sound(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let retention: Int64 = 50
    var left = member(ids[0], retention)
    var right = member(ids[1], retention)
    var now: Int64 = 1000
    for _ in 0..<100 {
      let (before, beforeRight) = (left.view, right.view)
      let event = random.next()
      var other = random
      apply(event, to: &left, now, &random)
      apply(event, to: &right, now, &other)
      check(left.view, before)
      check(right.view, beforeRight)
      // Who has heard the same places alike.
      #expect(left.view.members.map(\.id) == right.view.members.map(\.id))
      #expect(left.view.table == right.view.table)
      now += Int64(random.int(in: 0...20))
    }
    _ = left.configured(ids.map { Member(id: $0, address: $0.text) }, at: now)
    _ = left.tick(at: now + retention)
    let gone = Set(left.departedIdentities.map(\.id))
    let leaving = Set(left.roster.filter { $0.role == .leaving }.map(\.member.id))
    #expect(Set(left.view.members.map(\.id)) == Set(ids).subtracting(gone).subtracting(leaving))
    #expect(Set(left.view.former.map(\.id)) == leaving)
  }

  private func member(_ id: NodeID, _ retention: Int64) -> Membership {
    var membership = Membership(
      own: NodeIdentity(id, incarnation: 1), ownAddress: id.text, weight: 1,
      retentionSeconds: retention)
    _ = membership.configured(ids.map { Member(id: $0, address: $0.text) }, at: 0)
    for other in ids { _ = membership.met(NodeIdentity(other, incarnation: 1), at: 0) }
    return membership
  }

  /// Nodes 0 and 1 stay in the set and in their first lives, so that both see the same.
  private func apply(
    _ event: UInt64, to membership: inout Membership, _ now: Int64, _ random: inout SplitMix64
  ) {
    let identity = NodeIdentity(
      ids[random.int(in: 2...7)], incarnation: UInt64(random.int(in: 1...4)))
    switch event % 6 {
    case 0:
      let named = ids.filter { $0 <= ids[1] || !random.oneIn(3) }
      _ = membership.configured(named.map { Member(id: $0, address: $0.text) }, at: now)
    case 1: _ = membership.leaving(identity, at: now)
    case 2: _ = membership.staying(identity, at: now)
    case 3: _ = membership.departed(identity, at: now)
    case 4: _ = membership.met(identity, at: now)
    default: _ = membership.tick(at: now)
    }
  }

  private func check(_ view: ClusterView, _ before: ClusterView) {
    let same =
      view.members == before.members && view.former == before.former
      && view.strangers == before.strangers
    #expect(view.epoch == before.epoch + (same ? 0 : 1))
    let all = view.members + view.former
    #expect(Set(all.map(\.id)).count == all.count)
    #expect(view.members.map(\.id) == view.members.map(\.id).sorted())
    #expect(view.former.map(\.id) == view.former.map(\.id).sorted())
    #expect(Set(all.map(\.id)).isDisjoint(with: view.strangers))
    #expect(view.table.nodes == view.members.map(\.id))
    #expect(view.members.contains { $0.id == view.own.id })
  }
}
