// SPDX-License-Identifier: Apache-2.0
import RPC

/// Acks on their way from a ``PeerInbox`` to the task that writes them. Confined to the inbox.
final class AckQueue {
  /// A peer that reads no acks but goes on sending has broken the rules long before: frames under
  /// way are bounded by the credit it was given.
  private static let acksMax = 100_000

  private var acks: [[UInt8]] = []
  private var end: RPCError?
  private var doorbell = Doorbell()

  func append(_ ack: [UInt8]) {
    guard acks.count < Self.acksMax else {
      return finish(RPCError(.resourceExhausted, "\(acks.count) acks were not read"))
    }
    acks.append(ack)
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
        defer { acks = [] }
        return acks
      }
      await withCheckedContinuation { doorbell.wait($0) }
    }
  }
}
