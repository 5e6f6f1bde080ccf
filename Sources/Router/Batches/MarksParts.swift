// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

/// Cuts marks into messages: serialized `telemetry.peer.v1.MarksPart`s, each at most
/// ``RouterLimits/marksPartBytesMax``. A client may go on in the next part.
public struct MarksParts {
  private let cluster: String
  private var open: [ClientMarks] = []
  /// Of the open part, from above.
  private var bytes = 0

  /// Nothing added yet.
  public init(cluster: String) { self.cluster = cluster }

  /// Adds what is known of a client; gives back the parts that became full. O(bytes).
  public mutating func add(_ marks: HandedMarks) -> [[UInt8]] {
    var full: [[UInt8]] = []
    begin(marks, &full)
    for batch in marks.batches {
      let size = RouterLimits.marksBatchBytesMax + batch.rows.words.count * 8
      if bytes + size > RouterLimits.marksPartBytesMax {
        full += finish()
        begin(HandedMarks(client: marks.client, confirmed: marks.confirmed), &full)
      }
      open[open.count - 1].batches.append(
        .with {
          $0.sequence = batch.sequence
          $0.points = UInt32(batch.rows.rows)
          $0.rows = batch.rows.bytes
        })
      bytes += size
    }
    return full
  }

  private mutating func begin(_ marks: HandedMarks, _ full: inout [[UInt8]]) {
    let ranges = marks.whole.count + marks.forgotten.count
    let size = RouterLimits.marksClientBytesMax + ranges * RouterLimits.marksRangeBytesMax
    if bytes + size > RouterLimits.marksPartBytesMax { full += finish() }
    bytes += size
    open.append(
      .with {
        $0.client = marks.client
        $0.confirmed = marks.confirmed
        $0.whole = marks.whole.flatMap { [$0.lowerBound, $0.upperBound] }
        $0.forgotten = marks.forgotten.flatMap { [$0.lowerBound, $0.upperBound] }
      })
  }

  /// What is left: one part, or none.
  public mutating func finish() -> [[UInt8]] {
    guard !open.isEmpty else { return [] }
    let part = MarksPart.with {
      $0.cluster = cluster
      $0.clients = open
    }
    (open, bytes) = ([], 0)
    return [part.encoded()]
  }
}
