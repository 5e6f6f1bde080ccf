// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

internal import struct Shard.RowOrigin

/// A question of a ``BatchInquiry`` as a peer gets it: `telemetry.peer.v1.BatchQuestion`.
public struct FenceQuestion: Sendable, Hashable {
  /// Of whoever asks.
  public var cluster: String
  /// Whose batch.
  public var client: BatchMarks.ClientID
  /// Which.
  public var sequence: UInt64
  /// Of the copy that the question is asked for. Milliseconds.
  public var age: UInt32
  /// The rows that are asked for, of all the batch has.
  public var rows: RowSet

  /// What an inquiry asks of a node.
  public init(cluster: String, _ inquiry: BatchInquiry, of id: NodeID) {
    self.cluster = cluster
    client = inquiry.copy.client
    sequence = inquiry.copy.sequence
    age = inquiry.copy.age
    rows = inquiry.rows(for: id)
  }

  /// Reads the message; nil: it is none, or asks for what no batch has.
  public init?(decoding bytes: [UInt8]) {
    guard let message = try? BatchQuestion(decoding: bytes),
      (1...RouterLimits.batchClientBytesMax).contains(message.client.count), message.sequence > 0,
      message.points <= UInt32(RouterLimits.batchPointsMax),
      let rows = RowSet(rows: Int(message.points), bytes: message.rows)
    else { return nil }
    (cluster, client, sequence) = (message.cluster, message.client, message.sequence)
    (age, self.rows) = (message.age, rows)
  }

  /// The message.
  public func encoded() -> [UInt8] {
    BatchQuestion.with {
      $0.cluster = cluster
      $0.client = client
      $0.sequence = sequence
      $0.age = age
      $0.points = UInt32(rows.rows)
      $0.rows = rows.bytes
    }.encoded()
  }
}

extension BatchMarks.Answer {
  /// Reads a `telemetry.peer.v1.BatchAnswer`; nil: it is none, or answers something else.
  public init?(decoding bytes: [UInt8], rows: Int) {
    guard let message = try? BatchAnswer(decoding: bytes) else { return nil }
    switch message.outcome {
    case .rows:
      guard let rows = RowSet(rows: rows, bytes: message.rows) else { return nil }
      self = .rows(rows)
    case .confirmed: self = .confirmed
    case .forgotten: self = .forgotten
    default: return nil
    }
  }

  /// The message.
  public func encoded() -> [UInt8] {
    BatchAnswer.with {
      switch self {
      case .rows(let rows):
        $0.outcome = .rows
        $0.rows = rows.bytes
      case .confirmed: $0.outcome = .confirmed
      case .forgotten: $0.outcome = .forgotten
      }
    }.encoded()
  }
}
