// SPDX-License-Identifier: Apache-2.0
import Shard

/// A batch as its client keeps it, until it has an ack that it is content with.
final class SentBatch {
  let client: BatchClient
  let sequence: UInt64
  /// Its points, and the times that they are sent with.
  let rows: [(point: PointNumber, time: Int64)]
  /// Milliseconds since it was first sent, as its latest copy says.
  private(set) var age: UInt32 = 0
  /// The stream that the latest copy went on.
  private(set) weak var stream: BatchStream?
  /// Not to be sent again before. Virtual microseconds.
  private(set) var dueAt: Int64 = 0
  private var sentAt: Int64?

  var isSent: Bool { sentAt != nil }

  init(_ client: BatchClient, _ sequence: UInt64, _ rows: [(point: PointNumber, time: Int64)]) {
    self.client = client
    self.sequence = sequence
    self.rows = rows
  }

  /// It is sent, perhaps again: each copy is older than the one before.
  func sent(on stream: BatchStream, now: Int64, confirmed: UInt64) -> BatchMessage {
    if let sentAt {
      age = max(age + 1, UInt32(clamping: (now - sentAt) / 1000))
    } else {
      sentAt = now
    }
    self.stream = stream
    let origin = RowOrigin(
      client: client.name, sequence: sequence, confirmed: confirmed, age: age, points: rows.count)
    return BatchMessage(batch: self, origin: origin)
  }

  /// Some of it waits for its owner: it is to be sent again.
  func acknowledgedAsHinted(until time: Int64) {
    stream = nil
    dueAt = time
  }
}

/// One copy of a batch on its way to a node.
struct BatchMessage {
  let batch: SentBatch
  let origin: RowOrigin

  /// For people.
  var name: String {
    "batch \(origin.sequence) of client \(batch.client.number), age \(origin.age)"
  }
}

/// What became of a row in one copy of its batch.
enum RowOutcome: Hashable {
  case applied, hinted
  /// An earlier copy has brought it to its owner.
  case repeated
  case rejected(RejectReason)
}

/// What a node says of a copy, as in `telemetry.BatchAck`; by row, so that it can be checked.
struct CopyAck {
  let rows: [RowOutcome]
  /// The life that says it.
  let life: Int

  /// As `ACK_LEVEL_APPLIED`.
  var isApplied: Bool { !rows.contains(.hinted) }
}
