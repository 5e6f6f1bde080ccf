// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Runs each job at once on the thread that enqueues it, one at a time: an actor's executor for
/// tests that need no parallelism and no thread of their own.
public final class InlineExecutor: SerialExecutor {
  private struct State {
    var waiting: [UnownedJob] = []
    var isRunning = false
  }

  private let state = Mutex(State())

  /// An idle executor.
  public init() {}

  /// Runs the job now, or leaves it to the thread that is already running one.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isMine = state.withLock { state in
      state.waiting.append(job)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    guard isMine else { return }
    while let next = takeNext() { next.runSynchronously(on: asUnownedSerialExecutor()) }
  }

  private func takeNext() -> UnownedJob? {
    state.withLock { state in
      if state.waiting.isEmpty {
        state.isRunning = false
        return nil
      }
      return state.waiting.removeFirst()
    }
  }
}
