// SPDX-License-Identifier: Apache-2.0
internal import Shard

extension ReportGather {
  /// All answers, in order of ids, so that the same answers make the same report to the last bit.
  var answers: [PeerAnswer] {
    outcomes.keys.sorted().compactMap { id in
      if case .answered(let answer, _)? = outcomes[id] { answer } else { nil }
    }
  }

  /// Lives that have handed over all they had, by any account. O(answers x departed).
  var departed: Set<NodeIdentity> {
    answers.reduce(into: knowledge.departed) { departed, answer in
      departed.formUnion(answer.head.departed)
      if answer.head.handedOver { departed.insert(answer.head.node) }
    }
  }

  /// The sum of all sections that count. O(rows).
  func merged() -> PartialReport {
    let sections = sections
    var merger = ReportMerger(rowsExpected: sections.reduce(0) { $0 + $1.report.count })
    for section in sections { merger.add(section.report) }
    return merger.finish()
  }

  /// The sections that count, each once. O(sections x lives included).
  private var sections: [AnswerSection] {
    let answers = answers
    let speaking = Set(answers.map(\.head.node))
    let departed = departed
    var included: Set<NodeIdentity> = []
    while true {
      let counting = answers.filter { !included.contains($0.head.node) }.flatMap { answer in
        var seen: Set<NodeIdentity> = []
        return answer.sections.filter { section in
          guard seen.insert(section.origin).inserted else { return false }
          if section.origin == answer.head.node || included.contains(section.origin) { return true }
          return departed.contains(section.origin) && !speaking.contains(section.origin)
        }
      }
      // A section that counts instead of its origin may itself include others.
      let more = included.union(counting.flatMap(\.includes))
      if more == included { return counting }
      included = more
    }
  }
}
