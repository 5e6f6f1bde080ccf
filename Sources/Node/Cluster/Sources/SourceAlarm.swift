// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Wakes a source that waits for its next round before its time.
///
/// A ring while nobody waits is kept for the next wait; several are one. One task at a time waits.
final class SourceAlarm: Sendable {
  private struct State {
    var isRung = false
    /// Counts waits; what comes for an earlier one is late.
    var wait = 0
    /// The latest wait that is over.
    var over = 0
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  init() {}

  /// Ends the wait that is under way, or the next one. From any thread.
  func ring() {
    let waiter = state.withLock { state in
      state.isRung = state.waiter == nil
      return state.waiter.take()
    }
    waiter?.resume()
  }

  /// Waits, no longer than `duration` and no shorter than `shortest`, whoever rings.
  ///
  /// - Throws: `CancellationError`.
  func wait(_ duration: Duration, shortest: Duration = .zero) async throws {
    let start = ContinuousClock.now
    try await Task.sleep(until: start + min(shortest, duration), clock: .continuous)
    let number = state.withLock { state in
      state.wait += 1
      return state.wait
    }
    let timer = Task {
      try? await Task.sleep(until: start + duration, clock: .continuous)
      end(number)
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        if !hold(waiter, number) { waiter.resume() }
      }
    } onCancel: {
      end(number)
    }
    timer.cancel()
    try Task.checkCancellation()
  }

  /// False when there is nothing to wait for.
  private func hold(_ waiter: CheckedContinuation<Void, Never>, _ number: Int) -> Bool {
    state.withLock { state in
      let isOver = state.isRung || state.over == number
      state.isRung = false
      if !isOver { state.waiter = waiter }
      return !isOver
    }
  }

  private func end(_ number: Int) {
    let waiter = state.withLock { state in
      guard number == state.wait else { return CheckedContinuation<Void, Never>?.none }
      state.over = number
      return state.waiter.take()
    }
    waiter?.resume()
  }
}
