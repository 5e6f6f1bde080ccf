// SPDX-License-Identifier: Apache-2.0
import Router

/// Finds out what became of earlier copies of a batch: asks this node's own marks and all peers at
/// once, each with the same time to answer.
struct BatchInquirer: Sendable {
  let cluster: String
  let marks: BatchBoard
  let peers: PeerReportClient
  /// How long a peer may take.
  let peerTimeout: Duration

  func fate(of inquiry: BatchInquiry) async -> BatchFate {
    var inquiry = inquiry
    var fate: BatchFate?
    let own = inquiry.view.own.id
    let members = Dictionary(uniqueKeysWithValues: inquiry.view.peers.map { ($0.id, $0) })
    await withTaskGroup(of: (NodeID, BatchMarks.Answer?).self) { group in
      for id in inquiry.asked {
        let question = FenceQuestion(cluster: cluster, inquiry, of: id)
        group.addTask {
          guard id != own else { return (id, await marks.answer(question)) }
          guard let member = members[id] else { preconditionFailure("\(id) is no peer") }
          return (id, try? await peers.ask(question, of: member, timeout: peerTimeout))
        }
      }
      for await (id, answer) in group { fate = inquiry.answered(id, answer) }
    }
    guard let fate else { preconditionFailure("all were asked, and some have not answered") }
    return fate
  }
}
