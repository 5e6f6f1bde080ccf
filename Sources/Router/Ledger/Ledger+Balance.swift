// SPDX-License-Identifier: Apache-2.0
public import Proto

/// The arithmetic of ledgers. Counts are taken modulo 2^64, so that absurd ones, as another node
/// may send them, trap nobody.
extension Ledger {
  /// Points whose fate is written down: all kinds but `received`.
  public var accounted: UInt64 {
    applied &+ forwarded &+ hinted &+ inFlight &+ rejected &+ givenUp &+ repeatedPoints
  }

  /// Received points that are in no other count: 0 unless there is a defect. Negative when some
  /// point is counted twice.
  public var sumImbalance: Int64 { Int64(truncatingIfNeeded: received &- accounted) }

  /// Rejected points that no reason is given for: 0 unless there is a defect.
  public var rejectionImbalance: Int64 {
    let reasons = rejections.reduce(UInt64(0)) { $0 &+ $1.count }
    return Int64(truncatingIfNeeded: rejected &- reasons)
  }

  /// Adds another node's account, for the sum of a cluster. O(reasons^2).
  public mutating func add(_ other: Ledger) {
    received &+= other.received
    applied &+= other.applied
    forwarded &+= other.forwarded
    hinted &+= other.hinted
    inFlight &+= other.inFlight
    rejected &+= other.rejected
    givenUp &+= other.givenUp
    repeatedPoints &+= other.repeatedPoints
    fromPeersApplied &+= other.fromPeersApplied
    fromPeersRejected &+= other.fromPeersRejected
    imbalance &+= other.imbalance
    for rejection in other.rejections {
      if let index = rejections.firstIndex(where: { $0.reason == rejection.reason }) {
        rejections[index].count &+= rejection.count
      } else {
        rejections.append(rejection)
      }
    }
  }
}
