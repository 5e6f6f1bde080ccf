// SPDX-License-Identifier: Apache-2.0

/// What an answer covers, as the display deals with it.
struct SummaryCoverage: Sendable, Hashable {
  /// One node's part.
  struct Node: Sendable, Hashable {
    var id: String
    var incarnation: UInt64 = 0
    var answered = true
    /// Why it did not answer, or why what it held before may be missing.
    var error = ""
    var latencyMicroseconds: Int64 = 0
    /// -1: it was never heard of.
    var stalenessMilliseconds: Int64 = 0
    /// Points that others keep for it.
    var pointsHinted: UInt64 = 0
    /// What it had is with others.
    var handedOver = false
  }

  var complete: Bool
  /// Counts the changes of the answering node's membership.
  var epoch: UInt64
  var nodes: [Node]
  /// The node has not learned yet who belongs to its cluster.
  var membershipUnknown = false

  /// What is missing, a text each; empty when the answer is complete.
  var gaps: [String] {
    guard !complete else { return [] }
    let silent = nodes.filter { !$0.answered && !$0.handedOver }.map { node in
      "\(node.id) did not answer" + (node.error.isEmpty ? "" : " (\(node.error))")
    }
    let anew = nodes.filter { $0.answered && !$0.handedOver && !$0.error.isEmpty }.map { node in
      "\(node.id) \(node.error)"
    }
    let hinted = nodes.filter { $0.pointsHinted > 0 }.map { node in
      "\(node.pointsHinted) point\(node.pointsHinted == 1 ? " is" : "s are") kept for \(node.id)"
    }
    let gaps =
      silent + anew + hinted
      + (membershipUnknown ? ["the node does not know its cluster's nodes yet"] : [])
    return gaps.isEmpty ? ["the node does not say why"] : gaps
  }

  /// One line about all gaps; nil when there are none.
  var note: String? {
    let gaps = gaps
    return gaps.isEmpty ? nil : Printable.line("incomplete: " + gaps.joined(separator: "; "))
  }

  /// The coverage of an answer in two parts: what either lacks is lacking.
  static func joined(_ first: SummaryCoverage?, _ second: SummaryCoverage?) -> SummaryCoverage? {
    guard let first, let second else { return first ?? second }
    return first.complete ? second : first
  }
}
