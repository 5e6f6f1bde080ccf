// SPDX-License-Identifier: Apache-2.0
public import Shard

/// What one node says to a question: about itself, then what it holds.
public struct PeerAnswer: Sendable {
  /// About the node and what it knows.
  public var head: AnswerHead
  /// Its own section, and those in the name of nodes that have handed over to it; an origin once.
  public var sections: [AnswerSection]

  /// An answer as given.
  public init(head: AnswerHead, sections: [AnswerSection]) {
    self.head = head
    self.sections = sections
  }

  /// What the node itself applied.
  public var ownSection: AnswerSection? { sections.first { $0.origin == head.node } }
}

/// The series of one origin that one node holds. What an origin has handed over may be with several
/// nodes, each with other points.
public struct AnswerSection: Sendable {
  /// Who applied the points.
  public var origin: NodeIdentity
  /// Lives that have left, whose windows the origin held and has handed on in its own name.
  public var includes: [NodeIdentity]
  /// Their statistics.
  public var report: PartialReport

  /// A section as given.
  public init(origin: NodeIdentity, includes: [NodeIdentity] = [], report: PartialReport) {
    self.origin = origin
    self.includes = includes
    self.report = report
  }
}

/// What a node says about itself when it answers. It is read *before* the windows are: whatever is
/// departed by then had handed everything over before the windows were read.
public struct AnswerHead: Sendable, Hashable {
  /// Who answers.
  public var node: NodeIdentity
  /// Its clock, Unix seconds.
  public var clock: Int64
  /// Its view's epoch.
  public var epoch: UInt64
  /// All nodes that it knows to hold points of the window.
  public var known: [NodeID]
  /// Points that it keeps for nodes that are away.
  public var hinted: [NodeID: UInt64]
  /// Lives that have handed over all they had, and ended.
  public var departed: Set<NodeIdentity>
  /// It has handed its windows over, and is about to end.
  public var handedOver: Bool

  /// A head as given.
  public init(
    node: NodeIdentity, clock: Int64, epoch: UInt64, known: [NodeID],
    hinted: [NodeID: UInt64] = [:], departed: Set<NodeIdentity> = [], handedOver: Bool = false
  ) {
    self.node = node
    self.clock = clock
    self.epoch = epoch
    self.known = known
    self.hinted = hinted
    self.departed = departed
    self.handedOver = handedOver
  }
}
