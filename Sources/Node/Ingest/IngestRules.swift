// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Router
import Shard

/// What all loops judge points by, and how they speak of those that are not accepted.
struct IngestRules: Sendable {
  var shape: WindowShape
  var nameBytesMax: Int
  var seriesMax: Int
  /// The node's clock, Unix seconds.
  var now: @Sendable () -> Int64
  /// Points of a verdict on which names are hot.
  var hotSamples = HotNames.samplesDefault
  /// Told of a name that became hot, at most every ten seconds a loop.
  var tellHot: (@Sendable (String) -> Void)?

  func admission(now: Int64) -> Admission {
    Admission(now: now, shape: shape, nameBytesMax: nameBytesMax)
  }

  func ack(_ tally: PointTally) -> Ack {
    Ack.with { ack in
      ack.pointsReceived = tally.accepted
      ack.pointsHinted = tally.hinted
      ack.pointsRejected = tally.rejectedCount
      ack.rejections = rejections(tally)
    }
  }

  /// The answer to one batch. A level holds for all its points: while some are kept for an owner
  /// that is away there is none.
  func ack(_ tally: PointTally, batch sequence: UInt64) -> BatchAck {
    BatchAck.with { ack in
      ack.sequence = sequence
      ack.pointsReceived = tally.accepted
      ack.pointsHinted = tally.hinted
      ack.pointsRepeated = tally.repeated
      ack.pointsRejected = tally.rejectedCount
      ack.rejections = rejections(tally)
      ack.level = tally.hinted == 0 ? .applied : .unspecified
    }
  }

  private func rejections(_ tally: PointTally) -> [Rejection] {
    tally.rejections.map { reason, rejected in
      Rejection.with {
        $0.reason = Proto.RejectReason(rawValue: Int32(reason.rawValue))
        $0.count = rejected.count
        $0.firstIndex = rejected.firstIndex
        $0.hint = reason.hint(shape: shape, nameBytesMax: nameBytesMax, seriesMax: seriesMax)
      }
    }
  }
}
