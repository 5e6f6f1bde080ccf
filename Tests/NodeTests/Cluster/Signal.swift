// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A value that one side of a test gives and the other waits for. The first value counts.
final class Signal<Value: Sendable>: Sendable {
  private struct State {
    var value: Value?
    var waiters: [CheckedContinuation<Value, Never>] = []
  }

  private let state = Mutex(State())

  init() {}

  /// The value, if it has been given.
  var now: Value? { state.withLock { $0.value } }

  func give(_ value: Value) {
    let waiters = state.withLock { state in
      if state.value == nil { state.value = value }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume(returning: value) }
  }

  func wait() async -> Value {
    await withCheckedContinuation { waiter in
      let value = state.withLock { state in
        if state.value == nil { state.waiters.append(waiter) }
        return state.value
      }
      if let value { waiter.resume(returning: value) }
    }
  }
}
