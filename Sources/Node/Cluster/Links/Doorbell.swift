// SPDX-License-Identifier: Apache-2.0

/// Wakes the one task that waits for something to do; a ring while it is busy is kept. Confined to
/// the actor that owns it.
struct Doorbell {
  private var sleeper: CheckedContinuation<Void, Never>?
  private var hasRung = false

  mutating func ring() {
    guard let sleeper else {
      hasRung = true
      return
    }
    self.sleeper = nil
    sleeper.resume()
  }

  /// Takes the continuation of the task that is to be woken; wakes it at once if it rang before.
  mutating func wait(_ continuation: CheckedContinuation<Void, Never>) {
    precondition(sleeper == nil, "two tasks wait at one doorbell")
    if hasRung {
      hasRung = false
      continuation.resume()
    } else {
      sleeper = continuation
    }
  }
}
