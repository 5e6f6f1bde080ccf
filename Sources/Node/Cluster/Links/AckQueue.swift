// SPDX-License-Identifier: Apache-2.0
import RPC

/// Acks on their way from a ``PeerInbox`` to the task that writes them. Confined to the inbox.
final class AckQueue {
  /// A peer that reads no acks but goes on sending has broken the rules long before: frames under
  /// way are bounded by the credit it was given.
  private static let acksMax = 100_000
  /// Two lanes of 128 frames of which all rows were rejected take 2 MiB; a peer can have the
  /// verdict of one frame said again and again.
  private static let bytesMax = 8 << 20

  private var acks: [[UInt8]] = []
  private var bytes = 0
  private var end: RPCError?
  private var doorbell = Doorbell()

  func append(_ ack: [UInt8]) {
    guard acks.count < Self.acksMax, bytes + ack.count <= Self.bytesMax else {
      return finish(RPCError(.resourceExhausted, "\(acks.count) acks were not read"))
    }
    acks.append(ack)
    bytes += ack.count
    doorbell.ring()
  }

  /// Ends the stream with an error, at once.
  func finish(_ error: RPCError) {
    if end == nil { end = error }
    doorbell.ring()
  }

  /// Waits for acks: all that there are.
  ///
  /// - Throws: the error that the stream was ended with, and `CancellationError`.
  func next(isolation: isolated any Actor) async throws -> [[UInt8]] {
    while true {
      if let end { throw end }
      try Task.checkCancellation()
      if !acks.isEmpty {
        defer { (acks, bytes) = ([], 0) }
        return acks
      }
      await withCheckedContinuation { doorbell.wait($0) }
    }
  }
}
