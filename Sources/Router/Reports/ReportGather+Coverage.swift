// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

extension ReportGather {
  /// Who is in the report, who is not, and why.
  func coverage(_ sinceHeard: [NodeID: Duration]) -> Coverage {
    let heads = answers.map(\.head)
    let known = Set(heads.flatMap(\.known))
    let asked = Set(knowledge.view.peers.map(\.id)).union([knowledge.view.own.id])
    let hinted = hinted(heads)
    // Whoever still counts on a node that has departed may not hold all that it handed over.
    let departed = departed.filter { !known.contains($0.id) }
    return Coverage.with {
      $0.epoch = knowledge.view.epoch
      $0.nodes = asked.union(known).union(hinted.keys).sorted().map { id in
        var node = node(id, asked.contains(id), sinceHeard[id], departed)
        node.pointsHinted = hinted[id] ?? 0
        return node
      }
      $0.membershipUnknown = !knowledge.isMembershipKnown
      $0.complete =
        knowledge.isMembershipKnown
        && $0.nodes.allSatisfy {
          ($0.answered && $0.error.isEmpty || $0.handedOver) && $0.pointsHinted == 0
        }
    }
  }

  /// Points kept for each node, by all that answered.
  private func hinted(_ heads: [AnswerHead]) -> [NodeID: UInt64] {
    heads.reduce(into: [:]) { hinted, head in
      hinted.merge(head.hinted) { left, right in
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
      }
    }
  }

  private func node(
    _ id: NodeID, _ isAsked: Bool, _ sinceHeard: Duration?, _ departed: Set<NodeIdentity>
  ) -> NodeCoverage {
    NodeCoverage.with {
      $0.nodeId = id.text
      switch outcomes[id] {
      case .answered(let answer, let latency):
        $0.incarnation = answer.head.node.incarnation
        $0.answered = true
        $0.error = hasStartedAnew(id, answer) ? "has started anew since it was last heard of" : ""
        $0.latencyMicroseconds = latency.microseconds
        $0.handedOver = answer.head.handedOver
        return
      case .failed(let error, let latency):
        $0.error = error
        $0.latencyMicroseconds = latency.microseconds
      case nil: $0.error = isAsked ? "no answer" : "not asked: it is not known here"
      }
      $0.incarnation = knowledge.incarnations[id] ?? 0
      $0.stalenessMilliseconds = sinceHeard.map { $0.microseconds / 1000 } ?? -1
      if let life = departed.filter({ $0.id == id }).map(\.incarnation).max() {
        $0.handedOver = true
        $0.incarnation = life
        if outcomes[id] == nil { $0.error = "it has left" }
      }
    }
  }

  /// When the question began the node was known in an earlier life. That one may have handed over
  /// meanwhile, to nodes that had answered before.
  private func hasStartedAnew(_ id: NodeID, _ answer: PeerAnswer) -> Bool {
    guard let known = knowledge.incarnations[id] else { return false }
    return answer.head.node.incarnation > known
  }
}

extension Duration {
  /// Whole microseconds, at most what 63 bits hold.
  fileprivate var microseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    return overflow ? .max : whole + attoseconds / 1_000_000_000_000
  }
}
