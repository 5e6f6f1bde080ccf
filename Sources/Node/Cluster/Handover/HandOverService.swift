// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import RPCServices
import Router
import Shard

/// Serves `HandOver`: takes what a leaving peer hands over, one attempt a stream.
struct HandOverService: Sendable {
  let cluster: String
  let shape: WindowShape
  let held: HeldWindows
  /// Unix seconds.
  let now: @Sendable () -> Int64

  /// The method, as a service takes it.
  var method: ServiceMethod {
    ServiceMethod(
      PeerService.handOver,
      .streaming { requests, writer, _ in
        let reply = try await take(requests)
        try await writer.write(reply.encoded())
      })
  }

  /// One attempt: all parts, or nothing of it is kept.
  ///
  /// - Throws: INVALID_ARGUMENT for parts that are none, FAILED_PRECONDITION for another cluster's,
  ///   and what ``HeldWindows`` throws.
  func take<Messages: AsyncSequence>(_ messages: Messages) async throws -> HandOverReply
  where Messages.Element == ReceivedMessage {
    var reader = SlicePartReader(resolutionSeconds: shape.resolutionSeconds)
    var opened: HandOverHeading?
    do {
      for try await message in messages {
        let batch = try read(message.bytes, &reader)
        guard let heading = reader.heading else { preconditionFailure("a part has a heading") }
        if opened == nil {
          try await open(heading)
          opened = heading
        }
        try await held.take(batch, heading, now: now)
      }
      guard let opened else { throw RPCError(.invalidArgument, "a stream without a part") }
      let (series, slices) = try await held.finish(opened)
      return .with {
        $0.series = UInt64(series)
        $0.slices = UInt64(slices)
      }
    } catch {
      if let opened { await held.abandon(opened) }
      throw error
    }
  }

  private func read(
    _ bytes: [UInt8], _ reader: inout SlicePartReader
  ) throws(RPCError) -> SliceBatch {
    do {
      return try reader.received(bytes)
    } catch {
      throw RPCError(.invalidArgument, "\(error)")
    }
  }

  private func open(_ heading: HandOverHeading) async throws(RPCError) {
    guard heading.cluster == cluster else {
      throw RPCError(
        .failedPrecondition,
        "this node belongs to the cluster \(cluster), and not to \(heading.cluster)")
    }
    try await held.open(heading, now: now())
  }
}
