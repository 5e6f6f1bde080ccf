// SPDX-License-Identifier: Apache-2.0

/// What a leaving node is to do next; the outcome goes to the method of ``DrainPlan`` that each
/// names.
public enum DrainAction: Sendable, Hashable {
  /// The own membership: no point is placed on the node any more. Then
  /// ``DrainPlan/leftMembership(_:)``.
  case leaveMembership
  /// Tell these, all at once, that the node leaves. Then ``DrainPlan/announced(_:_:now:)``.
  case announce([NodeID])
  /// Take no streams of points any more, and let the open ones end. Then
  /// ``DrainPlan/closed(_:now:)``.
  case closeClients
  /// Count what links still have, and which windows that the node holds for others may yet count.
  /// Then ``DrainPlan/counted(_:undecided:ended:_:now:)``.
  case count
  /// Drop what is held in the name of these: they ended, and nobody has heard that they left. Then
  /// as for ``count``.
  case drop([NodeIdentity])
  /// Take no frames of peers any more. Then ``DrainPlan/closed(_:now:)``.
  case closeLinks
  /// Hand all windows over. Then ``DrainPlan/handedOver(_:_:now:)``.
  case handOver(DrainAttempt)
  /// From now on what others hold counts. Then ``DrainPlan/switched(_:)``.
  case switchOver
  /// Tell these, all at once, that the node has left. Then ``DrainPlan/bade(_:now:)``.
  case bidFarewell([NodeID])
  /// Come back after so many milliseconds, with ``DrainPlan/waited(_:now:)``.
  case wait(milliseconds: Int64)
  /// Undo everything: take frames, the membership, tell all that the node stays, withdraw from
  /// these with an attempt of this number what they hold, take streams. Then
  /// ``DrainPlan/undone(withdrawn:)``.
  case undo(withdrawals: [NodeID], attempt: UInt64)
  /// The node has left, and may exit.
  case finish
  /// The node is a member as before, for this reason.
  case fail(String)
}

/// One try to hand all windows over.
public struct DrainAttempt: Sendable, Hashable {
  /// Counts the attempts of the node's life from 1.
  public let number: UInt64
  /// Those who take over.
  public let receivers: [Member]
  /// Those who have something of earlier attempts, and are to have nothing.
  public let withdrawals: [NodeID]
}

/// What a peer said to the news that the node leaves, or has left.
public enum LeaveAnswer: Sendable, Hashable {
  /// So many points are still on their way from it to the node.
  case heard(pointsUnderWay: UInt64)
  /// It could not be asked, for this reason.
  case failed(String)

  var isHeard: Bool { if case .heard = self { true } else { false } }
}

/// What came of an attempt.
public enum HandOverOutcome: Sendable, Hashable {
  /// All took what was theirs, and no point was applied meanwhile.
  case done(series: Int, slices: Int)
  /// The first that did not, and why; those who may have got something of the attempt.
  case failed(NodeID, String, begun: Set<NodeID>)
  /// So many points were applied meanwhile: they are in no copy.
  case disturbed(points: Int)
}

/// What is left of attempts when a drain ends without success: the next one needs it.
public struct HandOverHistory: Sendable, Hashable {
  /// The attempts made.
  public internal(set) var attempts: UInt64 = 0
  /// Those who may hold something of them.
  public internal(set) var holders: Set<NodeID> = []

  /// No attempt yet.
  public init() {}
}
