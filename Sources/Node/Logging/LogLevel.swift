// SPDX-License-Identifier: Apache-2.0

/// How much a log line matters, from least to most.
enum LogLevel: String, Sendable, CaseIterable, Comparable {
  /// For whoever looks for a fault.
  case debug
  /// What a reader of the log wants to know on a good day.
  case info
  /// Something is not as it should be, and the node goes on.
  case warning
  /// Something was lost or refused that should not have been.
  case error

  private var rank: Int {
    switch self {
    case .debug: 0
    case .info: 1
    case .warning: 2
    case .error: 3
    }
  }

  static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }
}

/// The form of log lines.
enum LogFormat: String, Sendable, CaseIterable {
  /// `TIME LEVEL message key=value`.
  case text
  /// One JSON object a line.
  case json
}
