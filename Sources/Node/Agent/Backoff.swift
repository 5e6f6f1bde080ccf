// SPDX-License-Identifier: Apache-2.0

/// How long to wait before the next attempt: twice as long each time, up to a bound, with a random
/// quarter taken off so that many agents do not come back at once.
struct Backoff: Sendable {
  let first: Duration
  let longest: Duration
  private var next: Duration

  /// Starts with the first wait.
  init(first: Duration = .milliseconds(500), longest: Duration = .seconds(30)) {
    self.first = first
    self.longest = longest
    next = first
  }

  /// An attempt failed.
  ///
  /// - Parameter random: from 0 to 1.
  /// - Returns: how long to wait.
  mutating func failed(random: Double) -> Duration {
    let wait = next - next * (random / 4)
    next = min(next * 2, longest)
    return wait
  }

  /// An attempt succeeded: the next failure waits the first wait again.
  mutating func succeeded() { next = first }
}
