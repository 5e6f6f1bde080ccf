// SPDX-License-Identifier: Apache-2.0

/// Reads `name value [unix-seconds]`, Graphite's plaintext order: tokens parted by blanks or tabs,
/// a carriage return at the end allowed. Behind the name there may be labels, see ``LabelScanner``.
/// The name is any bytes but white space, opening braces and zero; whether it is UTF-8 is seen by
/// ``LineSeries``. Pure, and without allocation for a good line without labels.
enum LineParser {
  /// Parses the line `bytes[line]`, which holds no line feed. Offsets are relative to the line.
  static func parse(_ bytes: Span<UInt8>, _ line: Range<Int>) -> LineResult {
    var cursor = line.lowerBound
    guard let name = name(bytes, &cursor, line.upperBound) else { return .blank }
    if name.isEmpty { return bad(.nameMissing, cursor, line) }
    if let zero = name.first(where: { bytes[$0] == 0 }) { return bad(.zeroByte, zero, line) }
    var labels = 0..<0
    if cursor < line.upperBound, bytes[cursor] == UInt8(ascii: "{") {
      do throws(LineProblem) {
        labels = try self.labels(bytes, &cursor, line.upperBound)
      } catch {
        return bad(error.kind, error.offset, line)
      }
    }
    let value = token(bytes, &cursor, line.upperBound)
    guard !value.isEmpty else {
      return bad(.valueMissing, max(name.upperBound, labels.upperBound), line)
    }
    guard let number = NumberParser.double(bytes, value) else {
      return bad(.valueInvalid(shown(bytes, value)), value.lowerBound, line)
    }
    guard !number.isNaN else { return bad(.valueNotANumber, value.lowerBound, line) }
    let time = token(bytes, &cursor, line.upperBound)
    var seconds: Int64 = 0
    if !time.isEmpty {
      guard let parsed = NumberParser.integer(bytes, time) else {
        return bad(.timeInvalid(shown(bytes, time)), time.lowerBound, line)
      }
      guard parsed >= 0 else { return bad(.timeNegative, time.lowerBound, line) }
      seconds = parsed
    }
    let extra = token(bytes, &cursor, line.upperBound)
    guard extra.isEmpty else {
      return bad(.extraText(shown(bytes, extra)), extra.lowerBound, line)
    }
    let start = line.lowerBound
    return .point(
      LinePoint(
        name: name.lowerBound - start..<name.upperBound - start,
        labels: labels.isEmpty ? labels : labels.lowerBound - start..<labels.upperBound - start,
        value: number, time: seconds))
  }

  /// What stands before a blank or an opening brace; nil at the end.
  @inline(__always)
  private static func name(_ bytes: Span<UInt8>, _ cursor: inout Int, _ end: Int) -> Range<Int>? {
    while cursor < end, isBlank(bytes[cursor]) { cursor += 1 }
    if cursor == end { return nil }
    let start = cursor
    while cursor < end, !isBlank(bytes[cursor]), bytes[cursor] != UInt8(ascii: "{") { cursor += 1 }
    return start..<cursor
  }

  /// Reads labels from the opening brace on; empty when there is none between the braces.
  private static func labels(
    _ bytes: Span<UInt8>, _ cursor: inout Int, _ end: Int
  ) throws(LineProblem) -> Range<Int> {
    let start = cursor + 1
    var scanner = LabelScanner(start, end: end)
    // As strings, of which a series has no two that look the same.
    var names = Set<String>()
    while let label = try scanner.next(bytes) {
      guard names.insert(text(bytes, label.name)).inserted else {
        throw LineProblem(
          kind: .labelRepeated(shown(bytes, label.name)), offset: label.name.lowerBound)
      }
    }
    cursor = scanner.cursor
    return names.isEmpty ? 0..<0 : start..<cursor
  }

  private static func bad(_ kind: LineProblem.Kind, _ offset: Int, _ line: Range<Int>)
    -> LineResult
  {
    .bad(LineProblem(kind: kind, offset: offset - line.lowerBound))
  }

  /// The next run of bytes that are no white space; empty at the end.
  @inline(__always)
  private static func token(_ bytes: Span<UInt8>, _ cursor: inout Int, _ end: Int) -> Range<Int> {
    while cursor < end, isBlank(bytes[cursor]) { cursor += 1 }
    let start = cursor
    while cursor < end, !isBlank(bytes[cursor]) { cursor += 1 }
    return start..<cursor
  }

  static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }

  /// The beginning of a token, for a message.
  private static func shown(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    text(bytes, range.prefix(40)) + (range.count > 40 ? "…" : "")
  }

  private static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    String(decoding: range.map { bytes[$0] }, as: UTF8.self)
  }
}
