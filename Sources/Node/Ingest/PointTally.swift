// SPDX-License-Identifier: Apache-2.0
import Shard

/// What became of a stream's points: so many accepted, so many rejected for each reason, and where
/// the first of those was.
struct PointTally {
  /// Points rejected for one reason.
  struct Rejected: Equatable {
    var count: Int64 = 0
    /// Index in the stream, from 0, of the first.
    var firstIndex: Int64 = 0
  }

  private(set) var accepted: Int64 = 0
  /// Of those accepted, the ones kept for an owner that is away.
  private(set) var hinted: Int64 = 0
  /// Of those accepted, the ones that an earlier copy of their batch had brought.
  private(set) var repeated: Int64 = 0
  private var rejected: [Rejected]? = nil

  /// By reason, in the order of their numbers; only those that occurred.
  var rejections: [(reason: RejectReason, rejected: Rejected)] {
    guard let rejected else { return [] }
    return RejectReason.allCases.map { ($0, rejected[Int($0.rawValue)]) }
      .filter { $0.1.count > 0 }
  }

  var rejectedCount: Int64 { rejected?.reduce(0) { $0 + $1.count } ?? 0 }

  mutating func accept(_ count: Int64) { accepted += count }

  mutating func hint(_ count: Int64) { hinted += count }

  mutating func `repeat`(_ count: Int64) { repeated += count }

  mutating func reject(_ reason: RejectReason, index: Int64) {
    var counts = rejected ?? Self.none
    rejected = nil
    let slot = Int(reason.rawValue)
    counts[slot].firstIndex = counts[slot].count == 0 ? index : min(counts[slot].firstIndex, index)
    counts[slot].count += 1
    rejected = counts
  }

  /// A point that was accepted is rejected after all.
  mutating func retract(_ reason: RejectReason, index: Int64) {
    accepted -= 1
    reject(reason, index: index)
  }

  /// A point was not repeated after all.
  mutating func retractRepeated(_ reason: RejectReason, index: Int64) {
    repeated -= 1
    retract(reason, index: index)
  }

  private static let none = [Rejected](repeating: Rejected(), count: RejectReason.slots)
}
