// SPDX-License-Identifier: Apache-2.0
import RPC
import Router
import Synchronization

/// Finds out what became of earlier copies of a batch: asks this node's own marks and all peers at
/// once. Most of the time no answer decides anything; so a peer that is stopped holds clients up
/// for less than they wait for an ack.
final class BatchInquirer: Sendable {
  /// How long a peer may take that owned none of the rows, as this node knows.
  private static let timeout = Duration.milliseconds(500)
  /// How long one may take that let its last question's time go by.
  private static let silentTimeout = Duration.milliseconds(200)

  private let cluster: String
  private let marks: BatchBoard
  private let peers: PeerReportClient
  private let decisiveTimeout: Duration
  /// Peers that did not answer their last question in time.
  private let silent = Mutex<Set<NodeID>>([])

  /// - Parameter peerTimeout: how long a peer may take whose answer decides.
  init(cluster: String, marks: BatchBoard, peers: PeerReportClient, peerTimeout: Duration) {
    self.cluster = cluster
    self.marks = marks
    self.peers = peers
    decisiveTimeout = peerTimeout
  }

  func fate(of inquiry: BatchInquiry) async -> BatchFate {
    var inquiry = inquiry
    var fate: BatchFate?
    let own = inquiry.view.own.id
    let members = Dictionary(uniqueKeysWithValues: inquiry.view.peers.map { ($0.id, $0) })
    await withTaskGroup(of: (NodeID, BatchMarks.Answer?).self) { group in
      for id in inquiry.asked {
        let question = FenceQuestion(cluster: cluster, inquiry, of: id)
        let timeout = timeout(id, isDecisive: inquiry.isDecisive(id))
        group.addTask { [self] in
          guard id != own else { return (id, await marks.answer(question)) }
          guard let member = members[id] else { preconditionFailure("\(id) is no peer") }
          return (id, await ask(question, member, timeout))
        }
      }
      for await (id, answer) in group { fate = inquiry.answered(id, answer) }
    }
    guard let fate else { preconditionFailure("all were asked, and some have not answered") }
    return fate
  }

  private func timeout(_ id: NodeID, isDecisive: Bool) -> Duration {
    let most = isDecisive ? decisiveTimeout : min(decisiveTimeout, Self.timeout)
    return silent.withLock { $0.contains(id) } ? min(most, Self.silentTimeout) : most
  }

  /// Nil: there is no answer. Its link's log says what is wrong with a peer.
  private func ask(
    _ question: FenceQuestion, _ peer: Member, _ timeout: Duration
  ) async -> BatchMarks.Answer? {
    do {
      let answer = try await peers.ask(question, of: peer, timeout: timeout)
      _ = silent.withLock { $0.remove(peer.id) }
      return answer
    } catch {
      if (error as? RPCError)?.status.code == .deadlineExceeded {
        _ = silent.withLock { $0.insert(peer.id) }
      }
      return nil
    }
  }
}
