// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard

/// Reports: a node asks its own shards and all peers at once, and merges what comes by a deadline.
extension SimNode {
  /// Microseconds that peers have for their answers.
  static let reportMicroseconds: Int64 = 2_000_000

  /// One question while its answers come in.
  private final class Question {
    var gather: ReportGather?
    var sabotaged: PartialReport?
    /// Nodes that any of those who answered had heard of.
    var known: Set<NodeID> = []

    init(_ gather: ReportGather) { self.gather = gather }
  }

  var knowledge: ClusterKnowledge {
    var knowledge = ClusterKnowledge(view: membership.view)
    knowledge.incarnations = incarnations
    knowledge.departed = departed
    knowledge.handedOver = handedOver
    for seat in senderSeats {
      let points = seat.sender.counters.pointsHinted
      if points > 0 { knowledge.hinted[seat.id] = UInt64(points) }
    }
    return knowledge
  }

  /// Asks the whole cluster.
  func report(
    _ request: ReportRequest,
    _ done: @escaping (GatheredReport, _ asOf: Int64, _ known: Set<NodeID>) -> Void
  ) {
    let asOf = wall
    let start = world.now
    let knowledge = knowledge
    let question = Question(ReportGather(knowledge))
    let finish = { [unowned self] in
      guard let gather = question.gather else { return }
      question.gather = nil
      var gathered = gather.finish()
      sabotage(&gathered, question.sabotaged)
      done(gathered, asOf, question.known)
    }
    answer(request, asOf: asOf) { answer in
      question.known.formUnion(answer.head.known)
      question.gather?.answered(by: answer.head.node.id, answer, latency: .zero)
      if question.gather?.waitingFor.isEmpty ?? false { finish() }
    }
    for member in knowledge.toAsk {
      ask(member, request, asOf: asOf) { [unowned self] id, answer in
        if question.gather == nil { world.tallies[.answersLate] += 1 }
        question.known.formUnion(answer.head.known)
        noteLife(answer.head.node)
        question.sabotaged = answer.sections.first?.report
        question.gather?.answered(
          by: id, answer, latency: .microseconds(world.now - start))
        if question.gather?.waitingFor.isEmpty ?? false { finish() }
      }
    }
    world.after(SimNode.reportMicroseconds, on: self, "deadline", finish)
  }

  private func ask(
    _ member: Member, _ request: ReportRequest, asOf: Int64,
    _ done: @escaping (NodeID, PeerAnswer) -> Void
  ) {
    guard let peer = world.hosts.first(where: { $0.address == member.address }) else { return }
    let life = self.life
    world.network.post(from: host, to: peer) { [unowned world, host] node in
      // Another's clock must not expire this one's windows.
      let asOf = min(asOf, node.wall + ShardLimits.clockSkewSeconds)
      node.answer(request, asOf: asOf) { answer in
        var parts = AnswerParts(answer)
        var messages: [[UInt8]] = []
        while let part = parts.next() { messages.append(part) }
        world.network.post(from: peer, to: host) { asker in
          guard asker.life == life else { return }
          asker.read(messages, from: member.id, done)
        }
      }
    }
  }

  private func read(
    _ messages: [[UInt8]], from id: NodeID, _ done: (NodeID, PeerAnswer) -> Void
  ) {
    do {
      var reader = AnswerReader()
      for message in messages { try reader.received(message) }
      done(id, try reader.finish())
    } catch {
      world.broken(.integrity, "\(identity) does not understand the answer of \(id): \(error)")
    }
  }

  /// The node's own part. What it says of itself is read before its windows are.
  private func answer(
    _ request: ReportRequest, asOf: Int64, _ done: @escaping (PeerAnswer) -> Void
  ) {
    let head = knowledge.head(clock: wall)
    let question = LocalQuestion(request, placement) { [unowned self] report in
      let own = AnswerSection(origin: identity, report: report)
      done(PeerAnswer(head: head, sections: [own] + heldSections(request, asOf: asOf)))
    }
    for shard in shards { enqueue(.report(asOf: asOf, question), at: shard) }
  }

  private func heldSections(_ request: ReportRequest, asOf: Int64) -> [AnswerSection] {
    heldOrigins.compactMap { origin in
      guard let seat = held[origin], let report = seat.report(request, asOf: asOf) else {
        return nil
      }
      return AnswerSection(origin: origin, includes: seat.includes, report: report)
    }
  }

  private func sabotage(_ gathered: inout GatheredReport, _ section: PartialReport?) {
    switch world.scenario.sabotage {
    case .alwaysComplete: gathered.coverage.complete = true
    case .sectionTwice:
      guard let section else { return }
      var merger = ReportMerger()
      merger.add(gathered.report)
      merger.add(section)
      gathered.report = merger.finish()
    case .staleLast:
      gathered.report.spoil(by: section ?? PartialReport()) { row, part in
        (row.last, row.lastSeen) = (part.last, part.lastSeen)
      }
    case .losesSquares:
      gathered.report.spoil(by: section ?? PartialReport()) { $0.squares -= $1.squares }
    default: return
    }
  }
}
