// SPDX-License-Identifier: Apache-2.0
import Router
import Shard

/// Later copies of batches, which wait until other nodes have said what they know of earlier ones.
extension SimNode {
  /// An inquiry while its answers come in.
  private final class Hold {
    var inquiry: BatchInquiry
    var awaited: [NodeID]
    /// Nodes that could not be asked, or do not know any more.
    var silent: Set<NodeID> = []
    let done: (BatchFate, Set<NodeID>) -> Void

    init(_ inquiry: BatchInquiry, _ done: @escaping (BatchFate, Set<NodeID>) -> Void) {
      self.inquiry = inquiry
      self.done = done
      awaited = inquiry.asked
    }

    /// What comes after the deadline is of no interest.
    func answered(_ id: NodeID, _ answer: BatchMarks.Answer?) {
      guard let place = awaited.firstIndex(of: id) else { return }
      awaited.remove(at: place)
      if answer == nil || answer == .forgotten { silent.insert(id) }
      if let fate = inquiry.answered(id, answer) { done(fate, silent) }
    }
  }

  /// What is to be asked of others before a copy is taken; nil: nothing. A node asks itself even
  /// when it knows no other: there may be some that it has not heard of.
  func inquiry(_ message: BatchMessage) -> BatchInquiry? {
    guard message.origin.age > 0, world.scenario.sabotage != .takesUnasked else { return nil }
    return BatchInquiry(
      message.origin, partitions: partitions(message), view: membership.view, now: wall)
  }

  private func partitions(_ message: BatchMessage) -> [UInt16] {
    message.batch.rows.map {
      UInt16(Placement.partition(world.model.series(of: $0.point).hash))
    }
  }

  /// Keeps a copy until its inquiry has ended.
  func hold(_ message: BatchMessage, _ stream: BatchStream, _ inquiry: BatchInquiry) {
    world.tallies[.inquiries] += 1
    world.say("\(identity) asks for \(message.name)")
    ask(inquiry) { [unowned self] fate, silent in
      addUntold(fate, of: message, inquiry, silent) { [unowned self] fate in
        resume(message, stream, inquiry, fate, silent)
      }
    }
  }

  private func resume(
    _ message: BatchMessage, _ stream: BatchStream, _ inquiry: BatchInquiry, _ fate: BatchFate,
    _ silent: Set<NodeID>
  ) {
    guard stream.nodeEnd != .over else { return stream.refused() }
    // Its rows may have other owners now.
    if membership.view.epoch != inquiry.view.epoch, let again = self.inquiry(message) {
      return hold(message, stream, again)
    }
    take(message, fate, stream, silent: silent)
  }

  private func ask(
    _ inquiry: BatchInquiry, _ done: @escaping (BatchFate, Set<NodeID>) -> Void
  ) {
    let hold = Hold(inquiry, done)
    for id in inquiry.asked {
      let question = FenceQuestion(cluster: settings.cluster, inquiry, of: id)
      if id == identity.id {
        marks.answer(question) { hold.answered(id, $0) }
      } else if let member = inquiry.view.peers.first(where: { $0.id == id }) {
        ask(question, of: member, hold)
      }
    }
    world.after(SimNode.reportMicroseconds, on: self, "inquiry ends") { [unowned world] in
      for id in hold.awaited {
        world.tallies[.inquiriesUnanswered] += 1
        hold.answered(id, nil)
      }
    }
  }

  private func ask(_ question: FenceQuestion, of member: Member, _ hold: Hold) {
    guard let peer = world.hosts.first(where: { $0.address == member.address }) else { return }
    let life = self.life
    let message = question.encoded()
    world.network.post(from: host, to: peer) { [unowned world, host] node in
      node.answer(message) { answer in
        world.network.post(from: peer, to: host) { asker in
          guard asker.life == life else { return }
          let rows = question.rows.rows
          guard let answer = BatchMarks.Answer(decoding: answer, rows: rows) else {
            return world.broken(.integrity, "\(asker.identity) does not understand \(member.id)")
          }
          hold.answered(member.id, answer)
        }
      }
    }
  }

  /// Answers when no copy of the batch is open here: its rows may be rejected yet.
  private func answer(_ message: [UInt8], _ done: @escaping ([UInt8]) -> Void) {
    guard let question = FenceQuestion(decoding: message), question.cluster == settings.cluster
    else { return world.broken(.integrity, "\(identity) does not understand a question") }
    marks.answer(question) { done($0.encoded()) }
  }
}

/// Limits of batches that are not what is looked for here, and are taken out of the way.
///
/// A node that cannot be asked is not fenced, and nobody knows what it will yet get of earlier
/// copies. What it has taken is withheld only if it owned that by a view that whoever asks has had,
/// too: one that started later, or has not heard of a change, or of a node, or asks a node that
/// takes itself for a member when nobody else does, knows of no such view.
extension SimNode {
  /// Who was not asked, or did not tell, is fenced at last, and tells of those rows.
  private func addUntold(
    _ fate: BatchFate, of message: BatchMessage, _ inquiry: BatchInquiry, _ silent: Set<NodeID>,
    _ done: @escaping (BatchFate) -> Void
  ) {
    guard case .known(_, let unknown) = fate else { return done(fate) }
    let asked = Set(inquiry.asked)
    var untold: [(SimNode, FenceQuestion)] = []
    for host in world.hosts where silent.contains(host.id) || !asked.contains(host.id) {
      var question = FenceQuestion(cluster: settings.cluster, inquiry, of: host.id)
      guard let node = host.node, !node.isOver else {
        host.fences.append(question)
        continue
      }
      node.marks.fence(question)
      // These are refused, which is to be seen.
      question.rows.subtract(unknown)
      untold.append((node, question))
    }
    addUntold(untold[...], to: fate, done)
  }

  private func addUntold(
    _ untold: ArraySlice<(SimNode, FenceQuestion)>, to fate: BatchFate,
    _ done: @escaping (BatchFate) -> Void
  ) {
    guard let (node, question) = untold.first, case .known(var repeated, var unknown) = fate
    else { return done(fate) }
    if !node.isOver, node.marks.hasOpen(question) {
      return world.after(20_000, on: self, "copies settled") { [unowned self] in
        addUntold(untold, to: fate, done)
      }
    }
    switch node.isOver ? nil : node.marks.taken(question) {
    case .rows(let rows)?:
      repeated.formUnion(rows)
      unknown.subtract(rows)
    case .confirmed?: return done(.confirmed)
    case .forgotten?: unknown.formUnion(question.rows)
    case nil: break
    }
    addUntold(untold.dropFirst(), to: .known(repeated: repeated, unknown: unknown), done)
  }
}
