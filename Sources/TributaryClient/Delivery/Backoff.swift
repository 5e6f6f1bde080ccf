// SPDX-License-Identifier: Apache-2.0

/// How long to wait before the next attempt: any time up to a bound that doubles with each failure,
/// so that many clients that failed together do not come back together.
///
/// Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("full
/// jitter").
package struct Backoff: Sendable {
  package let first: Duration
  package let longest: Duration
  private var bound: Duration

  /// Starts with the first bound.
  package init(first: Duration, longest: Duration) {
    precondition(first > .zero && longest >= first, "a backoff needs 0 < first <= longest")
    self.first = first
    self.longest = longest
    bound = first
  }

  /// An attempt failed.
  ///
  /// - Parameter random: from 0 to 1.
  /// - Returns: how long to wait.
  package mutating func failed(random: Double) -> Duration {
    defer { bound = min(bound * 2, longest) }
    return bound * random
  }

  /// An attempt succeeded: the next failure waits within the first bound again.
  package mutating func succeeded() { bound = first }
}
