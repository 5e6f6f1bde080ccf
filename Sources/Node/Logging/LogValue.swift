// SPDX-License-Identifier: Apache-2.0

/// The value of a field of a log line.
enum LogValue: Sendable, Hashable {
  case string(String)
  case integer(Int64)
  case double(Double)
  case bool(Bool)

  /// A value shown as its description.
  static func of(_ value: some CustomStringConvertible) -> LogValue { .string(value.description) }
  /// A whole number.
  static func count(_ value: some BinaryInteger) -> LogValue { .integer(Int64(clamping: value)) }
}

extension LogValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByStringInterpolation
{
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int64) { self = .integer(value) }
  init(floatLiteral value: Double) { self = .double(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
}

/// One event of the log, before it becomes a line.
struct LogRecord: Sendable {
  var level: LogLevel
  /// A constant text; what varies is in the fields.
  var message: String
  /// In the order in which they are written.
  var fields: KeyValuePairs<String, LogValue>
  var time: WallTime
}
