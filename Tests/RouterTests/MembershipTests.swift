// SPDX-License-Identifier: Apache-2.0
import Router
import TestKit
import Testing

@Suite("Membership")
struct MembershipTests {
  private static let retention: Int64 = 100
  private var membership = Membership(
    own: NodeIdentity(NodeID("a")!, incarnation: 10), ownAddress: "a:1", weight: 2,
    retentionSeconds: retention)

  private func id(_ text: String, _ incarnation: UInt64 = 1) -> NodeIdentity {
    NodeIdentity(NodeID(text)!, incarnation: incarnation)
  }

  /// Members by ids, each at the address that its id suggests.
  private func set(_ ids: String) -> [Member] {
    ids.split(separator: " ").map { Member(id: NodeID(String($0))!, address: "\($0):1") }
  }

  /// Members and former ones, as in `a b | c`.
  private var shown: String {
    func ids(_ members: [Member]) -> String { members.map(\.id.text).joined(separator: " ") }
    let view = membership.view
    return ids(view.members) + (view.former.isEmpty ? "" : " | " + ids(view.former))
  }

  private var roles: String {
    membership.roster.map { "\($0.member.id)=\($0.role.rawValue)" }.joined(separator: " ")
  }

  @Test("a node is alone until a source names others, and always a member itself")
  mutating func configuring() {
    #expect(shown == "a" && membership.view.epoch == 1 && membership.view.own == id("a", 10))
    #expect(membership.view.members == [Member(id: NodeID("a")!, address: "a:1", weight: 2)])
    #expect(membership.view.table.shares == [RouterLimits.partitions])
    #expect(membership.configured(set("c b"), at: 0))
    #expect(shown == "a b c" && membership.view.epoch == 2)
    #expect(membership.view.table.nodes.map(\.text) == ["a", "b", "c"])
    #expect(!membership.configured(set("b c"), at: 1) && membership.view.epoch == 2)
    #expect(membership.view.peers.map(\.id.text) == ["b", "c"])
  }

  @Test("where the source names the node itself, it counts as it is named there")
  mutating func ownNamed() {
    let named = Member(id: NodeID("a")!, address: "10.0.0.1:7", weight: 5)
    #expect(membership.configured([named] + set("b"), at: 0))
    #expect(membership.view.members.first == named)
    #expect(membership.configured(set("b"), at: 1))
    #expect(membership.view.members.first?.weight == 2 && shown == "a b")
  }

  @Test("a changed address or weight is a new epoch; the table follows the weight alone")
  mutating func changes() {
    _ = membership.configured(set("b"), at: 0)
    let table = membership.view.table
    #expect(membership.configured([Member(id: NodeID("b")!, address: "b:2")], at: 1))
    #expect(membership.view.epoch == 3 && membership.view.table == table)
    #expect(membership.configured([Member(id: NodeID("b")!, address: "b:2", weight: 9)], at: 1))
    #expect(membership.view.epoch == 4 && membership.view.table != table)
  }

  @Test("a node that is no longer named is asked until its points have left the window")
  mutating func vanishing() {
    _ = membership.configured(set("b c"), at: 0)
    #expect(membership.configured(set("c"), at: 1000))
    #expect(shown == "a c | b" && membership.view.former.first?.address == "b:1")
    #expect(roles == "a=member b=former c=member")
    #expect(!membership.tick(at: 1099))
    #expect(membership.tick(at: 1100))
    #expect(shown == "a c" && membership.view.epoch == 4)
    #expect(!membership.tick(at: 1101))
  }

  @Test("a node that is named again is a member at once, and gets what it had")
  mutating func returning() {
    _ = membership.configured(set("b c"), at: 0)
    let table = membership.view.table
    _ = membership.configured(set("c"), at: 1000)
    #expect(membership.configured(set("c b"), at: 1050))
    #expect(shown == "a b c" && membership.view.table == table)
    #expect(!membership.tick(at: 2000) && shown == "a b c")
  }

  @Test("an empty set makes all others former")
  mutating func emptied() {
    _ = membership.configured(set("b c"), at: 0)
    #expect(membership.configured([], at: 5))
    #expect(shown == "a | b c" && membership.issues.isEmpty)
  }

  @Test("a clock that is set back keeps former nodes no longer than their time")
  mutating func clock() {
    _ = membership.configured(set("b"), at: 5000)
    _ = membership.configured([], at: 5000)
    #expect(!membership.tick(at: 1000))
    #expect(membership.tick(at: 1100) && shown == "a")
  }

  @Test("a leaving node gets no points but is asked, and may stay after all")
  mutating func leaving() {
    _ = membership.configured(set("b c"), at: 0)
    #expect(membership.leaving(id("b"), at: 1) && shown == "a c | b")
    #expect(roles == "a=member b=leaving c=member")
    #expect(!membership.leaving(id("b"), at: 2))
    #expect(!membership.configured(set("b c"), at: 3) && !membership.tick(at: 999))
    #expect(membership.staying(id("b"), at: 1000) && shown == "a b c")
    #expect(!membership.staying(id("b"), at: 1001))
  }

  @Test("a leaving node that the source drops is asked for as long as any other")
  mutating func leavingAndDropped() {
    _ = membership.configured(set("b"), at: 0)
    _ = membership.leaving(id("b"), at: 1)
    #expect(!membership.configured([], at: 500) && shown == "a | b")
    #expect(!membership.tick(at: 599) && membership.tick(at: 600) && shown == "a")
  }

  @Test("a node that handed over is gone, however long the source names it")
  mutating func departing() {
    _ = membership.configured(set("b c"), at: 0)
    _ = membership.leaving(id("b"), at: 1)
    #expect(membership.departed(id("b"), at: 2) && shown == "a c")
    #expect(!membership.departed(id("b"), at: 3) && !membership.staying(id("b"), at: 3))
    #expect(!membership.leaving(id("b"), at: 3))
    #expect(!membership.configured(set("b c"), at: 4) && !membership.tick(at: 9_999_999))
    #expect(shown == "a c" && roles == "a=member b=departed c=member")
    #expect(membership.departedIdentities == [id("b")])
  }

  @Test("the next life of a node that left is a member again, once met and named")
  mutating func reborn() {
    _ = membership.configured(set("b"), at: 0)
    _ = membership.departed(id("b", 1), at: 1)
    #expect(membership.met(id("b", 1), at: 2) == .departed && shown == "a")
    #expect(membership.met(id("b", 2), at: 3) == .newLife(of: id("b", 1)) && shown == "a b")
    #expect(membership.departedIdentities.isEmpty)
    #expect(!membership.departed(id("b", 1), at: 4) && !membership.leaving(id("b", 1), at: 4))
    _ = membership.departed(id("b", 2), at: 5)
    _ = membership.configured([], at: 6)
    #expect(membership.met(id("b", 3), at: 7) == .newLife(of: id("b", 2)) && shown == "a")
    #expect(membership.configured(set("b"), at: 8) && shown == "a b")
  }

  @Test("a handshake tells earlier lives from later ones")
  mutating func meeting() {
    _ = membership.configured(set("b"), at: 0)
    #expect(membership.met(id("b", 5), at: 1) == .known)
    #expect(membership.met(id("b", 5), at: 2) == .known)
    #expect(membership.met(id("b", 7), at: 3) == .newLife(of: id("b", 5)))
    #expect(membership.met(id("b", 6), at: 4) == .stale(newest: 7))
    #expect(membership.met(id("x", 1), at: 5) == .known)
    #expect(membership.met(id("a", 10), at: 6) == .isSelf)
    #expect(membership.met(id("a", 11), at: 7) == .ownIDNewer)
    #expect(membership.met(id("a", 9), at: 8) == .ownIDOlder)
    #expect(shown == "a b" && membership.view.epoch == 2)
  }

  @Test("the node itself may leave: it owns nothing then, and may stay after all")
  mutating func leavingItself() {
    _ = membership.configured(set("b"), at: 0)
    #expect(membership.leaving(id("a", 10), at: 1) && shown == "b | a")
    #expect(membership.view.table.nodes.map(\.text) == ["b"])
    #expect(!membership.tick(at: 9999) && !membership.configured(set("a b"), at: 9999))
    #expect(membership.staying(id("a", 10), at: 10_000) && shown == "a b")
    #expect(!membership.leaving(id("a", 9), at: 1) && !membership.departed(id("a", 11), at: 1))
    #expect(membership.departed(id("a", 10), at: 10_001) && shown == "b")
    #expect(roles == "a=departed b=member")
  }

  @Test("who leaves alone leaves nobody")
  mutating func leavingAlone() {
    #expect(membership.leaving(id("a", 10), at: 1) && shown == " | a")
    #expect(membership.view.table.owners.isEmpty)
  }

  @Test("news of those that left is forgotten in time, and not taken from others again")
  mutating func forgetting() {
    _ = membership.configured(set("b"), at: 0)
    _ = membership.departed(id("b"), at: 1000)
    _ = membership.configured([], at: 1000)
    let end = 1000 + Self.retention + RouterLimits.departedGraceSeconds
    #expect(!membership.tick(at: end - 1) && membership.departedIdentities == [id("b")])
    #expect(!membership.tick(at: end) && membership.departedIdentities.isEmpty)
    #expect(!membership.departed(id("b"), at: end) && membership.departedIdentities.isEmpty)
    #expect(membership.met(id("b", 1), at: end) == .known)
  }

  @Test("of a node that is named twice the first counts, and a log is told")
  mutating func twice() {
    let second = Member(id: NodeID("b")!, address: "b:2")
    #expect(membership.configured(set("b") + [second] + set("b c"), at: 0))
    #expect(membership.view.members[1].address == "b:1" && shown == "a b c")
    #expect(membership.issues == ["node b is named twice: b:1 counts, not b:2"])
    #expect(!membership.configured(set("b c"), at: 1) && membership.issues.isEmpty)
  }

  @Test("absurd sets are told of, and too large ones refused whole")
  mutating func absurd() {
    let nowhere = Member(id: NodeID("z")!, address: "")
    let double = Member(id: NodeID("c")!, address: "b:1")
    #expect(membership.configured(set("b") + [double, nowhere], at: 0) && shown == "a b c")
    #expect(membership.issues.count == 2)
    let many = (0..<RouterLimits.nodesMax).map { Member(id: NodeID("n\($0)")!, address: "\($0)") }
    #expect(!membership.configured(many, at: 1) && shown == "a b c")
    #expect(membership.issues == ["more than 256 nodes are named: the set is refused"])
    #expect(membership.configured(Array(many.dropLast()), at: 2))
    #expect(membership.view.members.count == RouterLimits.nodesMax)
  }

  @Test("a source that names other nodes all the time fills no memory")
  mutating func churn() {
    for round in 0..<40 {
      let nodes = (0..<200).map { Member(id: NodeID("n\(round)-\($0)")!, address: "\($0)") }
      _ = membership.configured(nodes, at: Int64(round))
      for node in nodes {
        _ = membership.met(NodeIdentity(node.id, incarnation: 1), at: Int64(round))
      }
    }
    #expect(membership.view.former.count == RouterLimits.formerMax)
    #expect(!membership.issues.isEmpty)
    for node in membership.view.former {
      _ = membership.departed(NodeIdentity(node.id, incarnation: 1), at: 50)
    }
    #expect(membership.departedIdentities.count == RouterLimits.departedMax)
    #expect(membership.view.former.isEmpty)
  }
}
