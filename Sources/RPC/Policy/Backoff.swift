// SPDX-License-Identifier: Apache-2.0

/// How long a client waits from the start of one failed connection attempt to the next.
///
/// Source: <https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md>, with its
/// parameters: 1 s, times 1.6, at most 120 s, jitter 20 % either way.
struct Backoff {
  private var next = Limits.backoffInitial

  init() {}

  /// A connection attempt failed.
  ///
  /// - Parameter random: uniform in 0..<1.
  /// - Returns: time from that attempt's start to the next attempt.
  mutating func attemptFailed(random: Double) -> Duration {
    precondition((0..<1).contains(random), "random must be in 0..<1")
    defer { next = min(next * Limits.backoffMultiplier, Limits.backoffMax) }
    return next * (1 + Limits.backoffJitter * (2 * random - 1))
  }

  /// A connection was made, and the server's SETTINGS frame proved it to be HTTP/2.
  mutating func connected() {
    next = Limits.backoffInitial
  }
}
