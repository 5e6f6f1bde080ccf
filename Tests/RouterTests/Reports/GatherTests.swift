// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard
import Testing

import struct Router.NodeIdentity

/// One question of node `a`, a line an answer.
@Suite("what the answers of a cluster make together")
struct GatherTests {
  private let one = SeriesSummary(count: 1, sum: 1, min: 1, max: 1)

  /// A cluster of these as `a` sees it.
  private func knowledge(
    _ members: [String], former: [String] = [], departed: [NodeIdentity] = []
  ) -> ClusterKnowledge {
    var knowledge = ClusterKnowledge(
      view: ClusterView(own: life("a"), members: members, former: former))
    knowledge.departed = Set(departed)
    return knowledge
  }

  /// An answer whose own section has the series `own`, and others `held`.
  private func answer(
    _ head: AnswerHead, own: [String] = [], held: [(NodeIdentity, String)] = []
  ) -> PeerAnswer {
    PeerAnswer(
      head: head,
      sections: [AnswerSection(head.node, Dictionary(uniqueKeysWithValues: own.map { ($0, one) }))]
        + held.map { AnswerSection($0, [$1: one]) })
  }

  private func finish(
    _ knowledge: ClusterKnowledge, _ answers: PeerAnswer..., failed: [String] = []
  ) -> (names: [String], coverage: Coverage) {
    var gather = ReportGather(knowledge)
    for id in failed { gather.failed(testID(id), "refused", latency: .seconds(1)) }
    for answer in answers {
      gather.answered(by: answer.head.node.id, answer, latency: .milliseconds(2))
    }
    let gathered = gather.finish(sinceHeard: [testID("b"): .seconds(3)])
    let rows = gathered.report.summaries.flatMap { name, row in
      [String](repeating: name, count: Int(row.count))
    }
    return (rows.sorted(), gathered.coverage)
  }

  @Test("all answered: complete, each once")
  func complete() {
    let result = finish(
      knowledge(["a", "b"], former: ["c"]), answer(.of(life("a"), known: ["b", "c"]), own: ["x"]),
      answer(.of(life("b", 4), known: ["a"]), own: ["x", "y"]),
      answer(.of(life("c"), known: ["a"]), own: ["z"]))
    #expect(result.names == ["x", "x", "y", "z"])
    #expect(result.coverage.complete && result.coverage.epoch == 7)
    #expect(result.coverage.nodes.map(\.nodeId) == ["a", "b", "c"])
    #expect(result.coverage.nodes.map(\.incarnation) == [1, 4, 1])
    #expect(result.coverage.nodes.allSatisfy { $0.answered && $0.latencyMicroseconds == 2000 })
  }

  @Test("a node alone is complete with its own answer, and not without")
  func alone() {
    #expect(finish(knowledge(["a"]), answer(.of(life("a")))).coverage.complete)
    let nothing = finish(knowledge(["a"]))
    #expect(!nothing.coverage.complete && nothing.coverage.nodes[0].error == "no answer")
  }

  @Test("who failed or never answered is named, with how old its last sign is")
  func failed() {
    let result = finish(
      knowledge(["a", "b", "c"]), answer(.of(life("a"), known: ["b", "c"]), own: ["x"]),
      failed: ["b"])
    #expect(result.names == ["x"] && !result.coverage.complete)
    #expect(result.coverage.nodes.map(\.error) == ["", "refused", "no answer"])
    #expect(result.coverage.nodes.map(\.stalenessMilliseconds) == [0, 3000, -1])
  }

  @Test("a node that was met and is no member may hold points: not complete")
  func strangers() {
    var knowledge = knowledge(["a", "b"])
    knowledge.view = ClusterView(
      epoch: 7, own: knowledge.view.own, members: knowledge.view.members, former: [],
      strangers: [testID("s")], table: knowledge.view.table)
    #expect(knowledge.toAsk.map(\.id.text) == ["b"])
    #expect(knowledge.head(clock: 0).known.map(\.text) == ["a", "b", "s"])
    let result = finish(
      knowledge, answer(knowledge.head(clock: 0)), answer(.of(life("b"), known: ["a"])))
    #expect(!result.coverage.complete)
    #expect(result.coverage.nodes.map(\.nodeId) == ["a", "b", "s"])
    #expect(result.coverage.nodes[2].error.hasPrefix("not asked"))
  }

  @Test("an answer counts once, whether it failed before or comes again")
  func twice() {
    let own = answer(.of(life("a")), own: ["x"])
    let peer = answer(.of(life("b")), own: ["y"])
    let result = finish(knowledge(["a", "b"]), peer, own, peer, own, failed: ["b"])
    #expect(result.names == ["x", "y"] && result.coverage.complete)
  }

  @Test("of two lives of a node only the newer speaks, whichever answers first")
  func lives() {
    let own = answer(.of(life("a")))
    let old = answer(.of(life("b", 1)), own: ["old"])
    let new = answer(.of(life("b", 2)), own: ["new"])
    #expect(finish(knowledge(["a", "b"]), own, old, new).names == ["new"])
    #expect(finish(knowledge(["a", "b"]), own, new, old).names == ["new"])
    var informed = knowledge(["a", "b"])
    informed.incarnations[testID("b")] = 2
    let outdated = finish(informed, own, old)
    #expect(outdated.names.isEmpty && !outdated.coverage.complete)
    #expect(outdated.coverage.nodes[1].error.contains("replaced by a newer"))
  }

  @Test("a life newer than the one that was to be asked is not complete: that may have handed over")
  func startedAnew() {
    var informed = knowledge(["a", "b"])
    informed.incarnations[testID("b")] = 1
    let answers = [answer(.of(life("a"))), answer(.of(life("b", 2)), own: ["x"])]
    let result = finish(informed, answers[0], answers[1])
    #expect(result.names == ["x"] && !result.coverage.complete)
    #expect(result.coverage.nodes[1].answered)
    #expect(result.coverage.nodes[1].error == "has started anew since it was last heard of")
    informed.incarnations[testID("b")] = 2
    #expect(finish(informed, answers[0], answers[1]).coverage.complete)
  }

  @Test("another node at a peer's address is no answer")
  func otherNode() {
    var gather = ReportGather(knowledge(["a", "b"]))
    gather.answered(by: testID("a"), answer(.of(life("a"))), latency: .zero)
    gather.answered(by: testID("b"), answer(.of(life("c")), own: ["x"]), latency: .zero)
    let result = gather.finish()
    #expect(result.report.count == 0 && !result.coverage.complete)
    #expect(result.coverage.nodes[1].error == "at its address is c")
  }

  @Test("what others hold counts when its origin has departed, with all of its holders")
  func departed() {
    let gone = life("c")
    let result = finish(
      knowledge(["a", "b"], former: ["c"], departed: [gone]),
      answer(.of(life("a"), departed: [gone]), own: ["x"], held: [(gone, "y")]),
      answer(.of(life("b"), departed: [gone]), held: [(gone, "z"), (gone, "z")]))
    #expect(result.names == ["x", "y", "z"] && result.coverage.complete)
    #expect(result.coverage.nodes[2].handedOver && !result.coverage.nodes[2].answered)
  }

  @Test("what others hold does not count while its origin answers, not even when it hands over")
  func handingOver() {
    for isOver in [false, true] {
      let result = finish(
        knowledge(["a"], former: ["c"]),
        answer(.of(life("a"), departed: isOver ? [life("c")] : []), held: [(life("c"), "y")]),
        answer(.of(life("c"), handedOver: isOver), own: ["y", "z"]))
      #expect(result.names == ["y", "z"] && result.coverage.complete)
      #expect(result.coverage.nodes[1].handedOver == isOver)
    }
  }

  @Test("what others hold of a node that is away but has not departed does not count")
  func away() {
    let result = finish(
      knowledge(["a", "c"]), answer(.of(life("a"), known: ["c"]), held: [(life("c"), "y")]),
      failed: ["c"])
    #expect(result.names.isEmpty && !result.coverage.complete)
  }

  @Test("a departure that some do not know of yet is not complete: they may not hold all")
  func halfKnown() {
    let result = finish(
      knowledge(["a", "b"], former: ["c"], departed: [life("c")]),
      answer(.of(life("a"), departed: [life("c")]), held: [(life("c"), "y")]),
      answer(.of(life("b"), known: ["a", "c"])), failed: ["c"])
    #expect(result.names == ["y"] && !result.coverage.complete)
  }

  @Test("whose windows another handed on as its own does not speak for itself any more")
  func handedOn() {
    // c had x, and z of d; they went to a and b; b left, too, with what it held of c. c has not
    // ended yet.
    var onward = AnswerSection(life("b"), ["y": one, "x": one])
    onward.includes = [life("c")]
    for speaks in [false, true] {
      var own = answer(.of(life("a")), held: [(life("c"), "z")])
      own.sections.append(onward)
      let gone = answer(
        .of(life("c"), departed: [life("b"), life("d")], handedOver: true), own: ["x"],
        held: [(life("d"), "z")])
      let left = answer(.of(life("b"), handedOver: true), own: ["y"], held: [(life("c"), "x")])
      // As long as b answers, it is the one that has what c handed to it.
      let result =
        speaks
        ? finish(knowledge(["a", "b", "c"]), own, left, gone)
        : finish(knowledge(["a", "b", "c"]), own, gone)
      #expect(result.names == ["x", "y", "z"])
    }
  }

  @Test("who departed and came back has two lives, and both count")
  func cameBack() {
    let result = finish(
      knowledge(["a", "b"], departed: [life("b", 1)]),
      answer(.of(life("a"), known: ["b"], departed: [life("b", 1)]), held: [(life("b", 1), "y")]),
      answer(.of(life("b", 2)), own: ["z"]))
    #expect(result.names == ["y", "z"] && result.coverage.complete)
    #expect(!result.coverage.nodes[1].handedOver && result.coverage.nodes[1].incarnation == 2)
  }

  @Test("whoever departed is not asked, unless a newer life was heard of")
  func toAsk() {
    var knowledge = knowledge(["a", "b", "d"], former: ["c"], departed: [life("c"), life("d", 3)])
    #expect(knowledge.toAsk.map(\.id.text) == ["b"])
    #expect(knowledge.head(clock: 9).known.map(\.text) == ["a", "b"])
    knowledge.incarnations[testID("d")] = 4
    #expect(knowledge.toAsk.map(\.id.text) == ["b", "d"])
    #expect(ReportGather(knowledge).waitingFor == [testID("a"), testID("b"), testID("d")])
  }

  @Test("a node that only another knows of is missing")
  func unknown() {
    let result = finish(
      knowledge(["a", "b"]), answer(.of(life("a"))), answer(.of(life("b"), known: ["z"])))
    #expect(!result.coverage.complete && result.coverage.nodes.map(\.nodeId) == ["a", "b", "z"])
    #expect(result.coverage.nodes[2].error == "not asked: it is not known here")
  }

  @Test("points kept for others are missing, and added up over who keeps them")
  func hinted() {
    let result = finish(
      knowledge(["a", "b"]), answer(.of(life("a"), hinted: ["b": 3])),
      answer(.of(life("b"), hinted: ["q": 1, "b": .max])))
    #expect(!result.coverage.complete)
    #expect(result.coverage.nodes.map(\.pointsHinted) == [0, .max, 1])
    #expect(result.coverage.nodes.allSatisfy { $0.answered || $0.nodeId == "q" })
  }

  @Test("an answer without the node's own part is none")
  func noOwnPart() {
    let result = finish(
      knowledge(["a", "b"]), answer(.of(life("a"))),
      PeerAnswer(head: .of(life("b"), handedOver: true), sections: []))
    #expect(!result.coverage.complete)
    #expect(result.coverage.nodes[1].error == "its own part is missing")
  }
}
