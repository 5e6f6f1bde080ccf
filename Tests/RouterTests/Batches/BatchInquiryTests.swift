// SPDX-License-Identifier: Apache-2.0
import Shard
import Testing

@testable import Router

@Suite("inquiries into earlier copies of a batch")
struct BatchInquiryTests {
  private static func id(_ text: String) -> NodeID { NodeID(text)! }

  private static func member(_ text: String) -> Member {
    Member(id: id(text), address: "\(text):1")
  }

  /// A node's membership: `a` and the others, and then without some.
  private static func view(_ others: [String], later: [String], at: Int64) -> ClusterView {
    var membership = Membership(
      own: NodeIdentity(id("a"), incarnation: 1), ownAddress: "a:1", weight: 1,
      retentionSeconds: 3660)
    _ = membership.configured(others.map(member), at: 0)
    _ = membership.configured(later.map(member), at: at)
    return membership.view
  }

  /// A row for each partition.
  private func inquiry(_ view: ClusterView, age: UInt32, now: Int64) -> BatchInquiry {
    let count = RouterLimits.partitions
    return BatchInquiry(
      RowOrigin(client: [1], sequence: 1, confirmed: 0, age: age, points: count),
      partitions: (0..<count).map { UInt16($0) }, view: view, now: now)
  }

  private func owned(by id: String, _ table: PartitionTable) -> RowSet {
    var rows = RowSet(rows: RouterLimits.partitions)
    for row in 0..<RouterLimits.partitions where table.owner(row) == Self.id(id) {
      rows.insert(row)
    }
    return rows
  }

  @Test("each node is asked for the rows that are not its own")
  func questions() {
    let view = Self.view(["b", "c"], later: ["b", "c"], at: 10)
    let inquiry = inquiry(view, age: 5, now: 10)
    #expect(inquiry.asked.map(\.text) == ["a", "b", "c"])
    for node in inquiry.asked {
      var all = inquiry.rows(for: node)
      #expect(all.intersection(owned(by: node.text, view.table)).isEmpty)
      all.formUnion(owned(by: node.text, view.table))
      #expect(all == .all(of: RouterLimits.partitions))
    }
  }

  @Test("what any node has taken is repeated")
  func repeated() {
    let view = Self.view(["b", "c"], later: ["b", "c"], at: 10)
    var inquiry = inquiry(view, age: 5, now: 10)
    var taken = RowSet(rows: RouterLimits.partitions)
    taken.insert(7)
    let own = inquiry.answered(Self.id("a"), .rows(RowSet(rows: RouterLimits.partitions)))
    let second = inquiry.answered(Self.id("b"), .rows(taken))
    #expect(own == nil && second == nil)
    let fate = inquiry.answered(Self.id("c"), nil)
    #expect(fate == .known(repeated: taken, unknown: RowSet(rows: RouterLimits.partitions)))
  }

  @Test("whoever is away and owned rows when the batch was first sent leaves them unknown")
  func unknown() {
    let view = Self.view(["b", "c"], later: ["b"], at: 1000)
    let gone = owned(by: "c", view.earlier[view.earlier.count - 1].table)
    #expect(!gone.isEmpty && view.former.map(\.id.text) == ["c"])
    for (age, now, isUnknown) in [(5000, 1010, true), (5000, 1100, false), (99_000, 1100, true)] {
      var inquiry = inquiry(view, age: UInt32(age), now: Int64(now))
      for node in ["a", "b"] {
        let none = BatchMarks.Answer.rows(RowSet(rows: RouterLimits.partitions))
        _ = inquiry.answered(Self.id(node), none)
      }
      #expect(inquiry.isDecisive(Self.id("c")) == isUnknown && !inquiry.isDecisive(Self.id("b")))
      let fate = inquiry.answered(Self.id("c"), nil)
      let unknown = isUnknown ? gone : RowSet(rows: RouterLimits.partitions)
      #expect(
        fate == .known(repeated: RowSet(rows: RouterLimits.partitions), unknown: unknown),
        "age \(age), now \(now)")
    }
  }

  @Test("whoever has forgotten the batch leaves all that is not its own unknown")
  func forgotten() {
    let view = Self.view(["b"], later: ["b"], at: 10)
    var inquiry = inquiry(view, age: 5, now: 10)
    let others = inquiry.rows(for: Self.id("b"))
    _ = inquiry.answered(Self.id("b"), .forgotten)
    var taken = RowSet(rows: RouterLimits.partitions)
    taken.insert((0..<RouterLimits.partitions).first(where: others.contains)!)
    let fate = inquiry.answered(Self.id("a"), .rows(taken))
    var unknown = others
    unknown.subtract(taken)
    #expect(fate == .known(repeated: taken, unknown: unknown))
  }

  @Test("one node that has the client's word is enough")
  func confirmed() {
    let view = Self.view(["b"], later: ["b"], at: 10)
    var inquiry = inquiry(view, age: 5, now: 10)
    _ = inquiry.answered(Self.id("b"), .confirmed)
    let fate = inquiry.answered(Self.id("a"), nil)
    #expect(fate == .confirmed)
  }

  @Test("questions and answers are read as they were written; others are none")
  func wire() {
    let view = Self.view(["b"], later: ["b"], at: 10)
    let question = FenceQuestion(cluster: "x", inquiry(view, age: 5, now: 10), of: Self.id("b"))
    #expect(FenceQuestion(decoding: question.encoded()) == question)
    #expect(FenceQuestion(decoding: []) == nil)
    #expect(FenceQuestion(decoding: Array(question.encoded().dropLast())) == nil)
    var rows = RowSet(rows: 13)
    rows.insert(12)
    for answer in [BatchMarks.Answer.rows(rows), .confirmed, .forgotten] {
      #expect(BatchMarks.Answer(decoding: answer.encoded(), rows: 13) == answer)
    }
    let answer = BatchMarks.Answer.rows(rows).encoded()
    #expect(BatchMarks.Answer(decoding: answer, rows: 12) == nil)
    #expect(BatchMarks.Answer(decoding: answer, rows: 17) == nil)
    #expect(BatchMarks.Answer(decoding: [], rows: 0) == nil)
  }
}
