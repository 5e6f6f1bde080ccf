// SPDX-License-Identifier: Apache-2.0

/// Writes log records as lines. Whatever the fields hold, one record is one line.
enum LogLine {
  /// The line, with its line feed.
  static func write(_ record: LogRecord, as format: LogFormat) -> String {
    switch format {
    case .text: text(record)
    case .json: json(record)
    }
  }

  private static func text(_ record: LogRecord) -> String {
    let level = record.level.rawValue.uppercased()
    let padding = String(repeating: " ", count: 7 - level.count)
    var line = "\(record.time.text) \(level)\(padding) \(Printable.line(record.message))"
    for (key, value) in record.fields { line += " \(key)=\(shown(value))" }
    return line + "\n"
  }

  private static func json(_ record: LogRecord) -> String {
    var writer = JSONWriter()
    writer.object { object in
      object.member("time", record.time.text)
      object.member("level", record.level.rawValue)
      object.member("message", record.message)
      for (key, value) in record.fields {
        switch value {
        case .string(let text): object.member(key, text)
        case .integer(let number): object.member(key, number)
        case .double(let number): object.member(key, number)
        case .bool(let flag): object.member(key, flag)
        }
      }
    }
    return writer.text + "\n"
  }

  private static func shown(_ value: LogValue) -> String {
    switch value {
    case .string(let text): quoted(text)
    case .integer(let number): String(number)
    case .double(let number): "\(number)"
    case .bool(let flag): "\(flag)"
    }
  }

  private static func isMisread(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\"" || scalar == "=" || scalar == "\\"
  }

  /// A value that could be misread is quoted, with quotes and backslashes escaped.
  private static func quoted(_ text: String) -> String {
    let printable = Printable.line(text)
    let isPlain =
      !text.isEmpty && printable == text
      && !text.unicodeScalars.contains { $0.properties.isWhitespace || isMisread($0) }
    guard !isPlain else { return text }
    let escaped = text.unicodeScalars
      .map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
    return "\"\(Printable.line(escaped))\""
  }
}
