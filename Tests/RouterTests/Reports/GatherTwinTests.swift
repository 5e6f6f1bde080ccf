// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard
import TestKit
import Testing

import struct Router.NodeIdentity

/// A cluster that never was: lives of nodes, what each applied, and who holds what of those that
/// left.
private struct Scenario {
  var random: SplitMix64
  var truth: [NodeIdentity: Summaries] = [:]
  var left: Set<NodeIdentity> = []
  /// By holder, then by origin.
  var held: [String: [NodeIdentity: Summaries]] = [:]
  /// Whose windows a life handed on in its own name.
  var includes: [NodeIdentity: [NodeIdentity]] = [:]
  var answering: [NodeIdentity] = []
  let ids = ["a", "b", "c", "d", "e"]

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    for id in ids {
      let lives = random.int(in: 1...2)
      for incarnation in 1...lives {
        begin(life(id, UInt64(incarnation)), isLast: incarnation == lives)
      }
    }
  }

  private mutating func begin(_ node: NodeIdentity, isLast: Bool) {
    truth[node] = .random(random.int(in: 0...60), names: 80, &random)
    if node.id.text == "a" {
      if isLast { answering.append(node) }
      return
    }
    if !isLast || random.oneIn(4) { leave(node) }
    if isLast && !random.oneIn(4) || random.oneIn(5) { answering.append(node) }
  }

  /// Gives what a node has to others, each series to one; or begins to.
  private mutating func leave(_ node: NodeIdentity) {
    if !random.oneIn(3) { left.insert(node) }
    let holders = ids.filter { $0 != node.id.text }.shuffled(using: &random)
      .prefix(random.int(in: 1...3))
    var windows = truth[node] ?? [:]
    let origins = left.contains(node) ? held[node.id.text] ?? [:] : [:]
    if origins.keys.allSatisfy(left.contains) {
      for part in origins.values { windows.add(part) }
      includes[node] = Array(origins.keys)
    }
    for (name, summary) in windows {
      held[holders.randomElement(using: &random) ?? "a", default: [:]][node, default: [:]][name] =
        summary
    }
  }

  func answer(_ node: NodeIdentity) -> PeerAnswer {
    // An older life has nothing of others.
    let held = isLatest(node) ? held[node.id.text] ?? [:] : [:]
    return PeerAnswer(
      head: .of(node, departed: Array(left), handedOver: left.contains(node)),
      sections: [AnswerSection(node, truth[node] ?? [:])]
        + held.map { origin, part in
          var section = AnswerSection(origin, part)
          section.includes = includes[origin] ?? []
          return section
        })
  }

  func isLatest(_ node: NodeIdentity) -> Bool {
    !answering.contains { $0.id == node.id && $0.incarnation > node.incarnation }
  }

  /// What must come out: who answers speaks for itself, unless others stand in for it; of who left
  /// and does not, what those hold that answer.
  var expected: Summaries {
    var expected: Summaries = [:]
    for node in speaking {
      if isIncluded(node) { continue }
      expected.add(truth[node] ?? [:])
      for (origin, part) in held[node.id.text] ?? [:] where othersStandIn(for: origin) {
        expected.add(part)
      }
    }
    return expected
  }

  private var speaking: [NodeIdentity] { answering.filter(isLatest) }

  private func othersStandIn(for node: NodeIdentity) -> Bool {
    left.contains(node) && (!speaking.contains(node) || isIncluded(node))
  }

  /// Its windows are among those of another that has left, and of whom some are there.
  private func isIncluded(_ node: NodeIdentity) -> Bool {
    speaking.contains { holder in
      (held[holder.id.text] ?? [:]).keys.contains { origin in
        includes[origin]?.contains(node) ?? false && othersStandIn(for: origin)
      }
    }
  }
}

@Suite("gathered answers and their stupid twin")
struct GatherTwinTests {
  @Test(
    "agree, whatever the order and however often answers come",
    arguments: 1...200 as ClosedRange<UInt64>)
  func agree(seed: UInt64) {
    var scenario = Scenario(seed: seed)
    let knowledge = ClusterKnowledge(
      view: ClusterView(
        own: scenario.answering[0], members: scenario.ids, former: []))
    for _ in 0..<2 {
      var gather = ReportGather(knowledge)
      let again = scenario.answering.filter { _ in scenario.random.oneIn(2) }
      for node in (scenario.answering + again).shuffled(using: &scenario.random) {
        if scenario.random.oneIn(3) { gather.failed(node.id, "lost", latency: .zero) }
        gather.answered(by: node.id, scenario.answer(node), latency: .zero)
      }
      let gathered = gather.finish()
      #expect(areClose(gathered.report.summaries, scenario.expected))
      #expect(
        gathered.coverage.nodes.filter(\.answered).map(\.nodeId)
          == Set(scenario.answering.map(\.id.text)).sorted())
    }
  }

  @Test(
    "pages of the firsts of each part are pages of the whole",
    arguments: 1...60 as ClosedRange<UInt64>)
  func pages(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let size = random.int(in: 1...40)
    let parts = (0..<random.int(in: 1...4)).map { _ in
      PartialReport(Summaries.random(random.int(in: 0...120), names: 150, &random))
    }
    func merge(_ parts: [PartialReport]) -> PartialReport {
      var merger = ReportMerger()
      for part in parts { merger.add(part) }
      return merger.finish()
    }
    let whole = merge(parts)
    var token: PagePosition?
    repeat {
      let expected = ReportPage(of: whole, size: size, after: token)
      let firsts = parts.map { part in
        part.selecting(ReportPage(of: part, size: size + 1, after: token).rows)
      }
      let merged = merge(firsts)
      let page = ReportPage(of: merged, size: size, after: token)
      #expect(page.rows.map { merged.name($0) } == expected.rows.map { whole.name($0) })
      #expect(page.rows.map { merged[$0] } == expected.rows.map { whole[$0] })
      #expect(page.next == expected.next)
      token = expected.next
    } while token != nil
  }
}
