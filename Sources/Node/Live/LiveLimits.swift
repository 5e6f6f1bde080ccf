// SPDX-License-Identifier: Apache-2.0

/// Limits of live reports.
enum LiveLimits {
  /// Between two reports: shorter ones would ask all nodes more often than they can answer; for
  /// longer ones a Summary does.
  static let interval = Duration.milliseconds(100)...Duration.seconds(3600)

  /// When none is asked for.
  static let intervalDefault = Duration.seconds(1)

  /// Different questions, or intervals, at a time: with a thousand series each 25 MB of rows.
  /// Subscribers to the same cost next to nothing.
  static let questionsMax = 256

  /// Rows of all questions together. At 250 B a row, and twice while they are replaced: 500 MB.
  static let rowsMax = 1_000_000
}
