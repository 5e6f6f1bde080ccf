// SPDX-License-Identifier: Apache-2.0
import Proto

extension BenchLoad {
  /// Batches of a stream that are not acked.
  private static let window = 16

  /// What a stream of batches has heard.
  private struct Acks {
    var outcome = Outcome()
    /// When the batches were sent of which the acks are still to come.
    var sent: [UInt64: ContinuousClock.Instant] = [:]
    var latest: UInt64 = 0
    /// All up to this one are acked.
    var confirmed: UInt64 { (sent.keys.min() ?? latest + 1) - 1 }

    mutating func take(_ ack: BatchAck) {
      if let start = sent.removeValue(forKey: ack.sequence) {
        outcome.acks.record((ContinuousClock.now - start).inSeconds)
      }
      outcome.received += ack.pointsReceived - ack.pointsRepeated
      outcome.rejected += ack.pointsRejected
    }
  }

  /// Sends so many points as batches on one stream, a few at a time without acks.
  func sendBatches(
    _ tape: BenchBatchTape, points: Int, stream: Int, sent: (Int) -> Void
  ) async throws -> Outcome {
    let call = try await clients[stream % clients.count].pushBatches()
    let client = "bench-\(UInt64.random(in: .min ... .max))"
    var acks = Acks()
    var left = points
    var index = stream * tape.columns.count / (plan.connections * plan.streams)
    while left > 0 {
      let count = min(left, tape.pointsPerBatch)
      let confirmed = acks.confirmed
      acks.latest += 1
      let message = tape.message(
        index, points: count, client: client, sequence: acks.latest, confirmed: confirmed)
      acks.sent[acks.latest] = .now
      try await call.send(framed: message.head)
      try await call.send(framed: message.columns)
      sent(count)
      left -= count
      index = index + 1 == tape.columns.count ? 0 : index + 1
      while acks.sent.count >= Self.window, let ack = try await call.next() { acks.take(ack) }
    }
    try await call.finishSending()
    while let ack = try await call.next() { acks.take(ack) }
    return acks.outcome
  }
}
