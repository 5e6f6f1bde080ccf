// SPDX-License-Identifier: Apache-2.0
internal import Proto
public import Protobuf

/// Why bytes are no marks that a leaving node hands over.
public enum MarksFault: Error, Hashable, CustomStringConvertible {
  /// They are not the message that they should be.
  case malformed(DecodingError)
  /// A client's name is empty or too long.
  case clientInvalid(bytes: Int)
  /// Numbers of batches do not rise from 1 on, or lack a last one.
  case rangesInvalid
  /// A batch has no number, or rows that do not fit its points.
  case batchInvalid(sequence: UInt64)
  /// More bytes than a part may have.
  case tooLarge(bytes: Int)

  /// The fault in words.
  public var description: String {
    switch self {
    case .malformed(let error): "the part is malformed: \(error)"
    case .clientInvalid(let bytes): "the part names a client with \(bytes) bytes"
    case .rangesInvalid: "the part has numbers of batches that are in no order"
    case .batchInvalid(let sequence): "the part has rows that batch \(sequence) cannot have"
    case .tooLarge(let bytes):
      "a part of \(bytes) bytes, more than \(RouterLimits.marksPartBytesMax)"
    }
  }
}

/// Reads what ``MarksParts`` writes, from a peer that may be wrong in every way.
public enum MarksPartReader {
  /// Reads a serialized `telemetry.peer.v1.MarksPart`. O(bytes).
  ///
  /// - Throws: ``MarksFault``; nothing of the part is to be taken then.
  public static func read(
    _ bytes: [UInt8]
  ) throws(MarksFault) -> (cluster: String, marks: [HandedMarks]) {
    guard bytes.count <= RouterLimits.marksPartBytesMax else {
      throw .tooLarge(bytes: bytes.count)
    }
    let part: MarksPart
    do {
      part = try MarksPart(decoding: bytes)
    } catch {
      throw .malformed(error)
    }
    var marks: [HandedMarks] = []
    for client in part.clients { marks.append(try read(client)) }
    return (part.cluster, marks)
  }

  private static func read(_ message: ClientMarks) throws(MarksFault) -> HandedMarks {
    guard (1...RouterLimits.batchClientBytesMax).contains(message.client.count) else {
      throw .clientInvalid(bytes: message.client.count)
    }
    var marks = HandedMarks(client: message.client, confirmed: message.confirmed)
    marks.whole = try ranges(message.whole)
    marks.forgotten = try ranges(message.forgotten)
    for batch in message.batches {
      guard batch.sequence > 0, batch.points <= UInt32(RouterLimits.batchPointsMax),
        let rows = RowSet(rows: Int(batch.points), bytes: batch.rows)
      else { throw .batchInvalid(sequence: batch.sequence) }
      marks.batches.append(HandedMarks.Batch(sequence: batch.sequence, rows: rows))
    }
    return marks
  }

  private static func ranges(_ bounds: [UInt64]) throws(MarksFault) -> [ClosedRange<UInt64>] {
    guard bounds.count % 2 == 0 else { throw .rangesInvalid }
    var ranges: [ClosedRange<UInt64>] = []
    var next: UInt64 = 1
    for index in stride(from: 0, to: bounds.count, by: 2) {
      let (first, last) = (bounds[index], bounds[index + 1])
      // One more than the last must be a number, too.
      guard first >= next, last >= first, last < .max else { throw .rangesInvalid }
      ranges.append(first...last)
      next = last + 1
    }
    return ranges
  }
}
