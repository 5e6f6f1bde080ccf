// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import RPCServices
import Router

/// Serves `ClusterService/Drain`: tells how far it is until the node has left, which then ends.
struct DrainService: Sendable {
  private static let timeoutDefault = Duration.seconds(60)
  private static let timeoutMax = Duration.seconds(86_400)

  /// Nil: the node is in no cluster.
  let drain: Drain?
  /// The node has left, its caller knows, and it is to end with success.
  let ending: @Sendable () -> Void

  /// The method, as a service takes it.
  var method: ServiceMethod {
    .serverStreaming(ClusterService.drain) { request, writer, _ in
      try await serve(request) { try await writer.write($0) }
    }
  }

  /// A caller that goes away changes nothing: the drain goes on.
  ///
  /// - Throws: as ``Drain/run(timeout:_:)`` does; INVALID_ARGUMENT for a negative timeout.
  func serve(
    _ request: DrainRequest, _ write: (DrainProgress) async throws -> Void
  ) async throws {
    guard let drain else {
      throw RPCError(.failedPrecondition, "a node alone has nobody to hand over to")
    }
    guard request.timeoutMilliseconds >= 0 else {
      throw RPCError(.invalidArgument, "timeout_milliseconds is negative")
    }
    let asked = Duration.milliseconds(request.timeoutMilliseconds)
    let timeout = asked == .zero ? Self.timeoutDefault : min(asked, Self.timeoutMax)
    let (progress, continuation) = AsyncStream<DrainProgress>.makeStream()
    let task = Task {
      let result: Result<Void, RPCError>
      do throws(RPCError) {
        try await drain.run(timeout: timeout) { continuation.yield($0) }
        result = .success(())
      } catch {
        result = .failure(error)
      }
      continuation.finish()
      return result
    }
    do {
      for await step in progress { try await write(step) }
    } catch {
      // Nobody listens any more.
      if case .success = await task.value { ending() }
      throw error
    }
    try await task.value.get()
    ending()
  }
}
