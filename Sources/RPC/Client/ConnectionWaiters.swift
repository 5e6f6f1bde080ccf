// SPDX-License-Identifier: Apache-2.0

/// Calls that wait for one attempt of their channel to connect. Confined to the channel's loop.
final class ConnectionWaiters: @unchecked Sendable {
  // Sendable: touched on the channel's loop only; a cancellation carries it back there.

  private struct Waiter {
    var continuation: CheckedContinuation<ClientConnection, any Error>
    var deadline: LoopTimer?
  }

  private var waiters: [Int: Waiter] = [:]
  private var nextTicket = 0
  private var result: Result<ClientConnection, RPCError>?

  init() {}

  /// Waits for ``endAll(_:)``, for `deadline`, or for the task's cancellation.
  func wait(
    _ loop: EventLoop, until deadline: ContinuousClock.Instant?, isolation: isolated any Actor
  ) async throws -> ClientConnection {
    let ticket = nextTicket
    nextTicket += 1
    return try await withTaskCancellationHandler {
      // Captured, the isolation holds in here, too.
      _ = isolation
      return try await withCheckedThrowingContinuation { continuation in
        if let result { return continuation.resume(with: result) }
        waiters[ticket] = Waiter(
          continuation: continuation, deadline: deadline.map { timer(loop, at: $0, ticket) })
        if Task.isCancelled { end(ticket, .failure(Self.cancelled)) }
      }
    } onCancel: {
      loop.execute { self.end(ticket, .failure(Self.cancelled)) }
    }
  }

  /// The attempt to connect is over, for those that wait and those that will.
  func endAll(_ result: Result<ClientConnection, RPCError>) {
    self.result = result
    for ticket in waiters.keys.sorted() { end(ticket, result) }
  }

  private static let cancelled = RPCError(.cancelled, "the task that waited was cancelled")

  private func timer(
    _ loop: EventLoop, at deadline: ContinuousClock.Instant, _ ticket: Int
  ) -> LoopTimer {
    let timer = LoopTimer(loop) { [self] in
      end(
        ticket, .failure(RPCError(.deadlineExceeded, "the deadline passed before a connection")))
    }
    timer.start(after: ContinuousClock.now.duration(to: deadline))
    return timer
  }

  private func end(_ ticket: Int, _ result: Result<ClientConnection, RPCError>) {
    guard let waiter = waiters.removeValue(forKey: ticket) else { return }
    waiter.deadline?.close()
    waiter.continuation.resume(with: result)
  }
}
