// SPDX-License-Identifier: Apache-2.0

/// The log: drops what lies below its level, makes lines of the rest and hands them to a sink.
///
/// Safe to use from any thread. It writes before it returns, so nothing on the way of a point may
/// call it.
struct Log: Sendable {
  /// The least level that is written.
  let level: LogLevel
  private let format: LogFormat
  private let clock: @Sendable () -> WallTime
  private let sink: @Sendable (String) -> Void

  /// Makes a log; `sink` is given whole lines, from any thread. One line is one write to standard
  /// error, so lines of several threads do not mix.
  init(
    level: LogLevel, format: LogFormat,
    clock: @escaping @Sendable () -> WallTime = { WallTime.now },
    sink: @escaping @Sendable (String) -> Void = { Output.standardError.write($0) }
  ) {
    self.level = level
    self.format = format
    self.clock = clock
    self.sink = sink
  }

  /// For whoever looks for a fault.
  func debug(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:])
  {
    write(.debug, message, fields)
  }

  /// What a reader wants to know on a good day.
  func info(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]) {
    write(.info, message, fields)
  }

  /// Something is not as it should be.
  func warning(
    _ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:]
  ) {
    write(.warning, message, fields)
  }

  /// Something was lost or refused that should not have been.
  func error(_ message: @autoclosure () -> String, _ fields: KeyValuePairs<String, LogValue> = [:])
  {
    write(.error, message, fields)
  }

  private func write(
    _ level: LogLevel, _ message: () -> String, _ fields: KeyValuePairs<String, LogValue>
  ) {
    guard level >= self.level else { return }
    let record = LogRecord(level: level, message: message(), fields: fields, time: clock())
    sink(LogLine.write(record, as: format))
  }
}
