// SPDX-License-Identifier: Apache-2.0
public import Proto
public import Shard

/// One question to the whole cluster: who was asked, what came back, and what that makes.
///
/// Parts are kept by origin, a life of a node. An origin speaks for itself when it answers: its own
/// section holds all that others hold in its name, even while it hands over. Only when it has
/// departed, and does not answer, do the sections count that others hold in its name, each of which
/// has other points. So nothing counts twice whatever order answers come in, and nothing is missed
/// while a node leaves.
///
/// A node that leaves hands on what it holds for others in its own name, and says so: whoever is
/// included in a section that counts says nothing any more, neither for itself nor for others,
/// should it answer still.
public struct ReportGather: Sendable {
  /// What came of asking a node.
  enum Outcome: Sendable {
    case answered(PeerAnswer, Duration)
    case failed(String, Duration)
  }

  let knowledge: ClusterKnowledge
  var outcomes: [NodeID: Outcome] = [:]

  /// Asks nobody yet: ``waitingFor`` says whom to ask.
  public init(_ knowledge: ClusterKnowledge) { self.knowledge = knowledge }

  /// Nodes of which nothing is known yet, the asking node itself among them.
  public var waitingFor: Set<NodeID> {
    let all = knowledge.toAsk.map(\.id) + [knowledge.view.own.id]
    return Set(all).subtracting(outcomes.keys)
  }

  /// A node answered. Of several answers the one of the newest life counts, the first of these.
  ///
  /// - Parameters:
  ///   - id: whom the question went to.
  ///   - latency: time since the question.
  public mutating func answered(by id: NodeID, _ answer: PeerAnswer, latency: Duration) {
    if let fault = fault(of: answer, from: id) { return failed(id, fault, latency: latency) }
    if case .answered(let earlier, _) = outcomes[id],
      earlier.head.node.incarnation >= answer.head.node.incarnation
    {
      return
    }
    outcomes[id] = .answered(answer, latency)
  }

  /// A node did not answer. Without effect when it has.
  ///
  /// - Parameter error: why, for people.
  public mutating func failed(_ id: NodeID, _ error: String, latency: Duration) {
    if case .answered = outcomes[id] { return }
    outcomes[id] = .failed(error, latency)
  }

  /// Merges what came. Whoever is still waited for has not answered.
  ///
  /// - Parameter sinceHeard: how long ago nodes were last heard of.
  public consuming func finish(sinceHeard: [NodeID: Duration] = [:]) -> GatheredReport {
    GatheredReport(report: merged(), coverage: coverage(sinceHeard))
  }

  /// Why an answer is none; nil: it is one.
  private func fault(of answer: PeerAnswer, from id: NodeID) -> String? {
    let node = answer.head.node
    if node.id != id { return "at its address is \(node.id)" }
    if node.incarnation < knowledge.incarnations[id] ?? 0 {
      return "what answered has been replaced by a newer node of the same id"
    }
    return answer.ownSection == nil ? "its own part is missing" : nil
  }
}

/// What became of a question.
public struct GatheredReport: Sendable {
  /// Everything that answered, merged; rows in no order.
  public var report: PartialReport
  /// How much that is.
  public var coverage: Coverage

  /// An outcome as given.
  public init(report: PartialReport, coverage: Coverage) {
    self.report = report
    self.coverage = coverage
  }
}
