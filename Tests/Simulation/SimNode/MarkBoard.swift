// SPDX-License-Identifier: Apache-2.0
import Router
import Shard

/// A node's marks of batches, and who waits until copies are settled: as the node's own board, but
/// for its locks.
final class MarkBoard {
  private unowned let node: SimNode
  private let keepSeconds: Int64
  private var marks: BatchMarks
  private var waiting: [UInt64: () -> Void] = [:]
  private var latestTicket: UInt64 = 0
  /// Claims of which it is not known yet what became of their rows.
  private(set) var claimsOpen = 0

  init(_ node: SimNode) {
    self.node = node
    let shape = node.world.scenario.shape
    keepSeconds = shape.windowSeconds + shape.futureGraceSeconds + 60
    marks = BatchMarks(keepSeconds: keepSeconds)
    for question in node.host.fences { fenceMarks(question) }
    for part in node.host.marksOfLeft { adopt(part) }
  }

  // MARK: Claims

  func claimSent(_ copy: RowOrigin, _ rows: RowSet) -> BatchMarks.Claim {
    sabotage()
    return opened(marks.claimSent(copy, rows, now: node.wall))
  }

  func claimForwarded(_ copy: RowOrigin, _ rows: RowSet) -> BatchMarks.Claim {
    sabotage()
    let claim = marks.claimForwarded(copy, rows, now: node.wall)
    node.world.say("\(node.identity) is asked for rows of \(copy.sequence): \(rows), \(claim)")
    return opened(claim)
  }

  private func opened(_ claim: BatchMarks.Claim) -> BatchMarks.Claim {
    if case .granted = claim { claimsOpen += 1 }
    return claim
  }

  /// It is known what became of a claim's rows; these were not taken after all.
  func settle(_ copy: RowOrigin, without rejected: [Int]) {
    claimsOpen -= 1
    node.world.say("\(node.identity) settles a copy of \(copy.sequence) without \(rejected)")
    let due = marks.settle(copy.client, copy.sequence, without: rejected, now: node.wall)
    for ticket in due {
      guard let then = waiting.removeValue(forKey: ticket) else { continue }
      node.world.after(0, on: node, "copies settled", then)
    }
  }

  /// Calls `then` once no copy of the batch is open any more.
  func whenSettled(_ client: BatchMarks.ClientID, _ sequence: UInt64, _ then: @escaping () -> Void)
  {
    latestTicket += 1
    guard marks.wait(client, sequence, ticket: latestTicket) else { return then() }
    node.world.say("\(node.identity) waits for copies of \(sequence)")
    waiting[latestTicket] = then
  }

  /// Of rows that earlier copies had claimed, those that they did not bring after all.
  func lost(_ copy: RowOrigin, of rows: RowSet) -> RowSet {
    marks.lost(copy.client, copy.sequence, of: rows)
  }

  // MARK: Other nodes

  /// What the node has taken of a batch, and takes no more of, once no copy of it is open.
  func answer(_ question: FenceQuestion, _ done: @escaping (BatchMarks.Answer) -> Void) {
    let (client, sequence) = (question.client, question.sequence)
    fence(question)
    whenSettled(client, sequence) { [unowned self] in
      done(taken(question))
    }
  }

  func taken(_ question: FenceQuestion) -> BatchMarks.Answer {
    marks.taken(question.client, question.sequence, question.rows)
  }

  /// Some copy of the batch has not been settled.
  func hasOpen(_ question: FenceQuestion) -> Bool {
    marks.wait(question.client, question.sequence, ticket: 0)
  }

  func fence(_ question: FenceQuestion) {
    node.host.fences.append(question)
    fenceMarks(question)
  }

  private func fenceMarks(_ question: FenceQuestion) {
    if node.world.scenario.sabotage == .ignoresFences { return }
    _ = marks.fence(
      question.client, question.sequence, age: question.age, question.rows, now: node.wall)
  }

  /// Rows that a later copy has taken elsewhere.
  func superseded(_ copy: RowOrigin, _ rows: RowSet) -> RowSet { marks.superseded(copy, rows) }

  /// All that is known, in messages.
  func handed() -> [[UInt8]] {
    var parts = MarksParts(cluster: node.settings.cluster)
    let marks = marks.handed.sorted { $0.client.lexicographicallyPrecedes($1.client) }
    return marks.flatMap { parts.add($0) } + parts.finish()
  }

  /// Takes over what another node has taken.
  func adopt(_ part: [UInt8]) {
    do {
      for handed in try MarksPartReader.read(part).marks { marks.adopt(handed, now: node.wall) }
    } catch {
      node.world.broken(.integrity, "\(node.identity) does not understand marks: \(error)")
    }
  }

  private func sabotage() {
    guard node.world.scenario.sabotage == .forgetsBatches, claimsOpen == 0 else { return }
    marks = BatchMarks(keepSeconds: keepSeconds)
  }
}
