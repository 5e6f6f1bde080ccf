// SPDX-License-Identifier: Apache-2.0
import Simulation
import Synchronization

/// Seeds that are still to be run, and what came of the others. Shared by all jobs.
final class SeedQueue: Sendable {
  private struct State {
    var next: UInt64
    var tallies = Tallies()
    var failed: UInt64?
  }

  private let end: UInt64
  private let state: Mutex<State>

  init(_ options: Options) {
    end = options.first + options.seeds
    state = Mutex(State(next: options.first))
  }

  /// The smallest seed that failed, if any did.
  var failed: UInt64? { state.withLock { $0.failed } }
  var tallies: Tallies { state.withLock { $0.tallies } }

  /// The next seed; nil when none is left, or one has failed.
  func take() -> UInt64? {
    state.withLock { state in
      guard state.next < end, state.failed == nil else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  func add(_ result: RunResult) {
    state.withLock { state in
      state.tallies.add(result.tallies)
      if result.violation != nil { state.failed = min(state.failed ?? .max, result.seed) }
    }
  }
}
