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

  /// The sections that count, each once.
  private var sections: [AnswerSection] {
    let answers = answers
    let speaking = Set(answers.map(\.head.node))
    let departed = departed
    return answers.flatMap { answer in
      var seen: Set<NodeIdentity> = []
      return answer.sections.filter { section in
        guard seen.insert(section.origin).inserted else { return false }
        if section.origin == answer.head.node { return true }
        return departed.contains(section.origin) && !speaking.contains(section.origin)
      }
    }
  }
}
