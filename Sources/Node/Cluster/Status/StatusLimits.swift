// SPDX-License-Identifier: Apache-2.0

/// Limits of what operators ask.
enum StatusLimits {
  /// Names of one question for their places: with names of 100 B the answer takes 1.3 MB, a third
  /// of what a client takes.
  static let namesMax = 10_000

  /// How long a peer may take to give its account: longer than a loop that works at its limit
  /// needs for a turn, short enough to be waited for.
  static let peerTimeout = Duration.seconds(2)

  /// How much longer than the drain itself its caller waits for the last word.
  static let drainMargin = Duration.seconds(10)
}
