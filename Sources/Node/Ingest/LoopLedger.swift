// SPDX-License-Identifier: Apache-2.0
import Shard

/// What became of the points that one loop received, counted from its start. Confined to its loop.
///
/// received = rejected + repeated + applied + open + with shards + to links, always. What became of
/// those handed to links, the links know.
struct LoopLedger: Sendable {
  /// Points that clients sent.
  var received: Int64 = 0
  /// Points applied by the node's own shards.
  var applied: Int64 = 0
  /// Rows in batches that are not handed over yet.
  var open: Int64 = 0
  /// Rows in batches that are with the shards.
  var withShards: Int64 = 0
  /// Rows handed to links.
  var toLinks: Int64 = 0
  /// Points of batches that an earlier copy had brought.
  var repeated: Int64 = 0
  /// By reason: refused at the door, or by an own shard.
  private(set) var rejected = [Int64](repeating: 0, count: RejectReason.slots)

  var rejectedCount: Int64 { rejected.reduce(0, +) }

  mutating func reject(_ reason: RejectReason) { rejected[Int(reason.rawValue)] += 1 }

  /// Adds another loop's.
  mutating func add(_ other: LoopLedger) {
    received += other.received
    applied += other.applied
    open += other.open
    withShards += other.withShards
    toLinks += other.toLinks
    repeated += other.repeated
    for slot in rejected.indices { rejected[slot] += other.rejected[slot] }
  }
}

extension RejectReason {
  /// Room for a count by reason, at the reason's number.
  static let slots = 1 + (RejectReason.allCases.map { Int($0.rawValue) }.max() ?? 0)
}
