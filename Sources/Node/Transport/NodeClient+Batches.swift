// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC

extension NodeClient {
  /// Opens a stream of batches.
  func pushBatches(timeout: Duration? = nil) async throws -> BatchStream {
    var options = CallOptions()
    options.timeout = timeout
    return BatchStream(
      call: try await current.open(TelemetryService.pushBatches.path, options: options))
  }
}

/// A stream of batches under way. One task at a time sends, and one takes acks.
struct BatchStream: Sendable {
  fileprivate let call: ClientCall

  /// Sends a batch; returns when the connection has room for more.
  func send(_ batch: PointBatch) async throws { try await call.send(batch.encoded()) }

  /// Sends messages that carry their length prefixes already, or a part of one.
  func send(framed part: [UInt8]) async throws { try await call.send(framed: part) }

  /// No batch follows.
  func finishSending() async throws { try await call.finishSending() }

  /// The next ack; nil after the last.
  func next() async throws -> BatchAck? {
    guard let message = try await call.next() else { return nil }
    return try BatchAck(decoding: message.bytes)
  }
}
