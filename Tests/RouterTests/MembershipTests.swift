// SPDX-License-Identifier: Apache-2.0
import Router
import TestKit
import Testing

@Suite("Membership")
struct MembershipTests {
  private static let retention: Int64 = 100
  private let node = MembershipScript(
    own: NodeIdentity(NodeID("a")!, incarnation: 10), address: "a:1", weight: 2,
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
    let view = node.view
    return ids(view.members) + (view.former.isEmpty ? "" : " | " + ids(view.former))
  }

  private var roles: String {
    node.roster.map { "\($0.member.id)=\($0.role.rawValue)" }.joined(separator: " ")
  }

  @Test("a node is alone until a source names others, and always a member itself")
  func configuring() {
    #expect(shown == "a" && node.view.epoch == 1 && node.view.own == id("a", 10))
    #expect(node.view.members == [Member(id: NodeID("a")!, address: "a:1", weight: 2)])
    #expect(node.view.table.shares == [RouterLimits.partitions])
    #expect(node.configured(set("c b"), at: 0))
    #expect(shown == "a b c" && node.view.epoch == 2)
    #expect(node.view.table.nodes.map(\.text) == ["a", "b", "c"])
    #expect(!node.configured(set("b c"), at: 1) && node.view.epoch == 2)
    #expect(node.view.peers.map(\.id.text) == ["b", "c"])
  }

  @Test("where the source names the node itself, it counts as it is named there")
  func ownNamed() {
    let named = Member(id: NodeID("a")!, address: "10.0.0.1:7", weight: 5)
    #expect(node.configured([named] + set("b"), at: 0))
    #expect(node.view.members.first == named)
    #expect(node.configured(set("b"), at: 1))
    #expect(node.view.members.first?.weight == 2 && shown == "a b")
  }

  @Test("a changed address or weight is a new epoch; the table follows the weight alone")
  func changes() {
    node.configured(set("b"), at: 0)
    let table = node.view.table
    #expect(node.configured([Member(id: NodeID("b")!, address: "b:2")], at: 1))
    #expect(node.view.epoch == 3 && node.view.table == table)
    #expect(node.configured([Member(id: NodeID("b")!, address: "b:2", weight: 9)], at: 1))
    #expect(node.view.epoch == 4 && node.view.table != table)
  }

  @Test("a node that is no longer named is asked until its points have left the window")
  func vanishing() {
    node.configured(set("b c"), at: 0)
    #expect(node.configured(set("c"), at: 1000))
    #expect(shown == "a c | b" && node.view.former.first?.address == "b:1")
    #expect(roles == "a=member b=former c=member")
    #expect(!node.tick(at: 1099))
    #expect(node.tick(at: 1100))
    #expect(shown == "a c" && node.view.epoch == 4)
    #expect(!node.tick(at: 1101))
  }

  @Test("a node that is named again is a member at once, and gets what it had")
  func returning() {
    node.configured(set("b c"), at: 0)
    let table = node.view.table
    node.configured(set("c"), at: 1000)
    #expect(node.configured(set("c b"), at: 1050))
    #expect(shown == "a b c" && node.view.table == table)
    #expect(!node.tick(at: 2000) && shown == "a b c")
  }

  @Test("an empty set makes all others former")
  func emptied() {
    node.configured(set("b c"), at: 0)
    #expect(node.configured([], at: 5))
    #expect(shown == "a | b c" && node.issues.isEmpty)
  }

  @Test("a clock that is set back keeps former nodes no longer than their time")
  func clock() {
    node.configured(set("b"), at: 5000)
    node.configured([], at: 5000)
    #expect(!node.tick(at: 1000))
    #expect(node.tick(at: 1100) && shown == "a")
  }

  @Test("a leaving node gets no points but is asked, and may stay after all")
  func leaving() {
    node.configured(set("b c"), at: 0)
    #expect(node.leaving(id("b"), at: 1) && shown == "a c | b")
    #expect(roles == "a=member b=leaving c=member")
    #expect(!node.leaving(id("b"), at: 2))
    #expect(!node.configured(set("b c"), at: 3) && !node.tick(at: 999))
    #expect(node.staying(id("b"), at: 1000) && shown == "a b c")
    #expect(!node.staying(id("b"), at: 1001))
  }

  @Test("a leaving node that the source drops is asked for as long as any other")
  func leavingAndDropped() {
    node.configured(set("b"), at: 0)
    node.leaving(id("b"), at: 1)
    #expect(!node.configured([], at: 500) && shown == "a | b")
    #expect(!node.tick(at: 599) && node.tick(at: 600) && shown == "a")
  }

  @Test("a node that handed over is gone, however long the source names it")
  func departing() {
    node.configured(set("b c"), at: 0)
    node.leaving(id("b"), at: 1)
    #expect(node.departed(id("b"), at: 2) && shown == "a c")
    #expect(!node.departed(id("b"), at: 3) && !node.staying(id("b"), at: 3))
    #expect(!node.leaving(id("b"), at: 3))
    #expect(!node.configured(set("b c"), at: 4) && !node.tick(at: 9_999_999))
    #expect(shown == "a c" && roles == "a=member b=departed c=member")
    #expect(node.departedIdentities == [id("b")])
  }

  @Test("the next life of a node that left is a member again, once met and named")
  func reborn() {
    node.configured(set("b"), at: 0)
    node.departed(id("b", 1), at: 1)
    #expect(node.met(id("b", 1), at: 2) == .departed && shown == "a")
    #expect(node.met(id("b", 2), at: 3) == .newLife(of: id("b", 1)) && shown == "a b")
    #expect(node.departedIdentities.isEmpty)
    #expect(!node.departed(id("b", 1), at: 4) && !node.leaving(id("b", 1), at: 4))
    node.departed(id("b", 2), at: 5)
    node.configured([], at: 6)
    #expect(node.met(id("b", 3), at: 7) == .newLife(of: id("b", 2)) && shown == "a")
    #expect(node.configured(set("b"), at: 8) && shown == "a b")
  }

  @Test("a handshake tells earlier lives from later ones")
  func meeting() {
    node.configured(set("b"), at: 0)
    #expect(node.met(id("b", 5), at: 1) == .known)
    #expect(node.met(id("b", 5), at: 2) == .known)
    #expect(node.met(id("b", 7), at: 3) == .newLife(of: id("b", 5)))
    #expect(node.met(id("b", 6), at: 4) == .stale(newest: 7))
    #expect(node.met(id("x", 1), at: 5) == .known)
    #expect(node.met(id("a", 10), at: 6) == .isSelf)
    #expect(node.met(id("a", 11), at: 7) == .ownIDNewer)
    #expect(node.met(id("a", 9), at: 8) == .ownIDOlder)
    #expect(shown == "a b" && node.view.epoch == 3)
  }

  @Test("whoever is met and not named is a stranger, until it is named or all it held has expired")
  func strangers() {
    node.configured(set("b"), at: 0)
    node.met(id("b"), at: 1)
    #expect(node.view.strangers.isEmpty && node.view.epoch == 2)
    node.met(id("x"), at: 10)
    #expect(node.view.strangers.map(\.text) == ["x"] && node.view.epoch == 3)
    node.met(id("x"), at: 20)
    #expect(node.view.epoch == 3 && !node.tick(at: 20 + Self.retention - 1))
    #expect(node.tick(at: 20 + Self.retention) && node.view.strangers.isEmpty)
    node.met(id("x"), at: 200)
    #expect(node.configured(set("b x"), at: 201) && node.view.strangers.isEmpty)
    #expect(shown == "a b x")
    node.met(id("y"), at: 202)
    #expect(node.departed(id("y"), at: 203) && node.view.strangers.isEmpty)
  }

  @Test("a former node that is met goes on to be asked, for what it may have taken since")
  func formerMet() {
    node.configured(set("b"), at: 0)
    node.configured([], at: 10)
    node.met(id("b"), at: 50)
    #expect(!node.tick(at: 10 + Self.retention) && shown == "a | b")
    #expect(node.tick(at: 50 + Self.retention) && shown == "a")
    #expect(node.view.strangers.isEmpty)
  }

  @Test("the node itself may leave: it owns nothing then, and may stay after all")
  func leavingItself() {
    node.configured(set("b"), at: 0)
    #expect(node.leaving(id("a", 10), at: 1) && shown == "b | a")
    #expect(node.view.table.nodes.map(\.text) == ["b"])
    #expect(!node.tick(at: 9999) && !node.configured(set("b"), at: 9999))
    #expect(node.staying(id("a", 10), at: 10_000) && shown == "a b")
    #expect(!node.leaving(id("a", 9), at: 1) && !node.departed(id("a", 11), at: 1))
    #expect(node.departed(id("a", 10), at: 10_001) && shown == "b")
    #expect(roles == "a=departed b=member")
  }

  @Test("who leaves alone leaves nobody")
  func leavingAlone() {
    #expect(node.leaving(id("a", 10), at: 1) && shown == " | a")
    #expect(node.view.table.owners.isEmpty)
  }

  @Test("news of those that left is forgotten in time, and not taken from others again")
  func forgetting() {
    node.configured(set("b"), at: 0)
    node.departed(id("b"), at: 1000)
    node.configured([], at: 1000)
    let end = 1000 + Self.retention + RouterLimits.departedGraceSeconds
    #expect(!node.tick(at: end - 1) && node.departedIdentities == [id("b")])
    #expect(!node.tick(at: end) && node.departedIdentities.isEmpty)
    #expect(!node.departed(id("b"), at: end) && node.departedIdentities.isEmpty)
    #expect(node.met(id("b", 1), at: end) == .known)
  }

  @Test("of a node that is named twice the first counts, and a log is told")
  func twice() {
    let second = Member(id: NodeID("b")!, address: "b:2")
    #expect(node.configured(set("b") + [second] + set("b c"), at: 0))
    #expect(node.view.members[1].address == "b:1" && shown == "a b c")
    #expect(node.issues == ["node b is named twice: b:1 counts, not b:2"])
    #expect(!node.configured(set("b c"), at: 1) && node.issues.isEmpty)
  }

  @Test("absurd sets are told of, and too large ones refused whole")
  func absurd() {
    let nowhere = Member(id: NodeID("z")!, address: "")
    let double = Member(id: NodeID("c")!, address: "b:1")
    #expect(node.configured(set("b") + [double, nowhere], at: 0) && shown == "a b c")
    #expect(node.issues.count == 2)
    let many = (0..<RouterLimits.nodesMax).map { Member(id: NodeID("n\($0)")!, address: "\($0)") }
    #expect(!node.configured(many, at: 1) && shown == "a b c")
    #expect(node.issues == ["more than 256 nodes are named: the set is refused"])
    #expect(node.configured(Array(many.dropLast()), at: 2))
    #expect(node.view.members.count == RouterLimits.nodesMax)
  }

  @Test("a source that names other nodes all the time fills no memory")
  func churn() {
    for round in 0..<8 {
      let nodes = (0..<200).map { Member(id: NodeID("n\(round)-\($0)")!, address: "\($0)") }
      node.configured(nodes, at: Int64(round))
      for member in nodes {
        node.met(NodeIdentity(member.id, incarnation: 1), at: Int64(round))
      }
    }
    #expect(node.view.former.count == RouterLimits.formerMax)
    #expect(!node.issues.isEmpty)
    node.tick(at: 9999)
    for number in 0..<RouterLimits.departedMax + 10 {
      node.met(id("stranger-\(number)"), at: 9999)
      node.departed(id("stranger-\(number)"), at: 9999)
    }
    #expect(node.departedIdentities.count == RouterLimits.departedMax)
    #expect(node.view.former.isEmpty)
  }
}
