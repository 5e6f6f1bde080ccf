// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Shard

/// Asks the whole cluster: this node's shards and all peers at once, each with the same deadline.
struct ClusterReports: Sendable {
  /// How long a peer may take that let its last question's time go by: so a stopped node holds up
  /// one report and not all.
  private static let silentTimeout = Duration.milliseconds(200)

  /// The cluster's id; peers of others refuse to answer.
  let cluster: String
  let board: ClusterBoard
  let peers: any PeerReports
  /// How long a peer may take.
  let peerTimeout: Duration

  /// The merged answer of all that answer in time.
  ///
  /// - Parameters:
  ///   - node: what this node has to say.
  ///   - deadline: the caller's.
  /// - Throws: INVALID_ARGUMENT when a peer says so: it could not answer what it has understood.
  func gather(
    _ question: SummaryQuestion, asOf: Int64, from node: NodeReports,
    deadline: ContinuousClock.Instant?
  ) async throws(RPCError) -> GatheredReport {
    let start = ContinuousClock.now
    let knowledge = board.current.knowledge
    await peers.keep(only: knowledge.view.peers, epoch: knowledge.view.epoch)
    let timeout = timeout(start, deadline)
    let asked = message(question, asOf, knowledge)
    var gather = ReportGather(knowledge)
    let refusal = await withTaskGroup(of: Outcome.self) { group in
      for peer in knowledge.toAsk {
        group.addTask { await ask(peer, asked, timeout, since: start) }
      }
      group.addTask {
        let head = knowledge.head(clock: asOf)
        let answer = await node.answer(head, question.request, asOf: asOf, cut: question.cut)
        return Outcome(head.node.id, .success(answer), since: start)
      }
      var refusal: RPCError?
      for await outcome in group {
        outcome.tell(&gather)
        refusal = refusal ?? outcome.refusal
      }
      return refusal
    }
    if let refusal { throw refusal }
    return gather.finish(sinceHeard: board.current.sinceHeard(.now))
  }

  /// What this node alone holds, of which nothing counts that others answer for.
  func gatherOwn(
    _ question: SummaryQuestion, asOf: Int64, from node: NodeReports
  ) async -> GatheredReport {
    let knowledge = board.current.knowledge
    var gather = ReportGather(knowledge)
    let head = knowledge.head(clock: asOf)
    let answer = await node.answer(head, question.request, asOf: asOf, cut: question.cut)
    gather.answered(by: head.node.id, answer, latency: .zero)
    return gather.finish()
  }

  /// Leaves time to merge and to send before the caller gives up: a fifth of what there is.
  private func timeout(
    _ now: ContinuousClock.Instant, _ deadline: ContinuousClock.Instant?
  ) -> Duration {
    guard let deadline else { return peerTimeout }
    return min(peerTimeout, max(.zero, now.duration(to: deadline) * 4 / 5))
  }

  private func ask(
    _ peer: Member, _ question: ReportQuestion, _ timeout: Duration,
    since start: ContinuousClock.Instant
  ) async -> Outcome {
    let isSilent = board.current.silent.contains(peer.id)
    let timeout = isSilent ? min(timeout, Self.silentTimeout) : timeout
    do {
      let answer = try await peers.ask(question, of: peer, timeout: timeout)
      board.update {
        $0.noteHeard(answer.head.node, at: .now)
        $0.silent.remove(peer.id)
      }
      return Outcome(peer.id, .success(answer), since: start)
    } catch {
      if (error as? RPCError)?.status.code == .deadlineExceeded {
        board.update { $0.silent.insert(peer.id) }
      }
      return Outcome(peer.id, .failure(PeerFailure(error, timeout: timeout)), since: start)
    }
  }

  private func message(
    _ question: SummaryQuestion, _ asOf: Int64, _ knowledge: ClusterKnowledge
  ) -> ReportQuestion {
    .with {
      $0.cluster = cluster
      $0.asker = .with {
        $0.id = knowledge.view.own.id.text
        $0.incarnation = knowledge.view.own.incarnation
      }
      $0.asOf = asOf
      $0.windowSeconds = question.span.windowSeconds
      $0.names = question.filter.names
      $0.prefixes = question.filter.prefixes
      $0.globs = question.filter.globs
      $0.selectors = question.filter.selectors
      $0.from = question.request.from ?? 0
      $0.to = question.request.to ?? 0
      $0.wantsHistograms = question.request.wantsHistograms
      $0.pageSize = Int32(clamping: question.cut?.rowsMax ?? 0)
      $0.afterName = question.cut?.after?.key ?? []
    }
  }
}

/// Why a peer did not answer, for people.
struct PeerFailure: Error {
  let text: String
  /// It refused the question itself, which no other peer can answer better.
  let refusal: RPCError?

  init(_ error: any Error, timeout: Duration) {
    refusal = (error as? RPCError).flatMap { $0.status.code == .invalidArgument ? $0 : nil }
    switch error {
    case let error as RPCError where error.status.code == .deadlineExceeded:
      text = "no answer within \(DurationText.show(timeout))"
    case let error as RPCError where !error.status.message.isEmpty: text = error.status.message
    default: text = Failure.text(error)
    }
  }
}

/// What came of asking one node.
private struct Outcome: Sendable {
  let id: NodeID
  let result: Result<PeerAnswer, PeerFailure>
  let latency: Duration

  init(
    _ id: NodeID, _ result: Result<PeerAnswer, PeerFailure>, since start: ContinuousClock.Instant
  ) {
    self.id = id
    self.result = result
    latency = start.duration(to: .now)
  }

  var refusal: RPCError? {
    if case .failure(let failure) = result { failure.refusal } else { nil }
  }

  func tell(_ gather: inout ReportGather) {
    switch result {
    case .success(let answer): gather.answered(by: id, answer, latency: latency)
    case .failure(let failure): gather.failed(id, failure.text, latency: latency)
    }
  }
}
