// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Router
import Shard

/// A node's ledger, from the accounts of its loops and links.
enum NodeLedger {
  /// Adds up. Links are to be read before loops: what is on its way between them then counts as in
  /// flight.
  static func of(_ loops: LoopLedger, _ links: LinkTotals) -> Ledger {
    var byReason = loops.rejected
    for slot in byReason.indices { byReason[slot] += links.rejected[slot] }
    byReason[Int(Shard.RejectReason.ownerUnavailable.rawValue)] += links.shed
    let underWay = loops.toLinks - links.takenFromLoops
    var ledger = Ledger.with {
      $0.received = UInt64(loops.received)
      $0.applied = UInt64(loops.applied + links.rerouted.applied)
      $0.forwarded = UInt64(links.forwarded)
      $0.hinted = UInt64(links.hinted)
      $0.inFlight = UInt64(clamping: loops.open + loops.withShards + underWay + links.inFlight)
      $0.rejected = UInt64(byReason.reduce(0, +))
      $0.rejections = Shard.RejectReason.allCases.compactMap { reason in
        let count = byReason[Int(reason.rawValue)]
        guard count > 0 else { return nil }
        return ReasonCount.with {
          $0.reason = Proto.RejectReason(rawValue: Int32(reason.rawValue))
          $0.count = UInt64(count)
        }
      }
      $0.givenUp = UInt64(links.givenUp + links.rerouted.rejected)
      $0.repeatedPoints = UInt64(loops.repeated + links.repeated + links.rerouted.repeated)
      $0.fromPeersApplied = UInt64(links.fromPeersApplied)
      $0.fromPeersRejected = UInt64(links.fromPeersRejected)
    }
    ledger.imbalance = ledger.sumImbalance
    return ledger
  }
}
