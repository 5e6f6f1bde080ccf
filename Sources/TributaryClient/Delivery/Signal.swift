// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Wakes one waiting task; a signal that nobody waits for is kept for the next who does.
final class Signal: Sendable {
  private struct State {
    var isSet = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  /// Wakes who waits, now or next.
  func set() {
    let waiter = state.withLock { state in
      defer { state.waiter = nil }
      state.isSet = state.waiter == nil
      return state.waiter
    }
    waiter?.resume()
  }

  /// Waits for a signal, until `deadline`, or for the task's cancellation.
  func wait(until deadline: ContinuousClock.Instant?) async {
    let timer = deadline.map { deadline in
      Task {
        try await Task.sleep(until: deadline, clock: .continuous)
        set()
      }
    }
    defer { timer?.cancel() }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          precondition(state.waiter == nil, "one task waits at a time")
          if state.isSet || Task.isCancelled {
            state.isSet = false
            return true
          }
          state.waiter = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      set()
    }
  }
}
