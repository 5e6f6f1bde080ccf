// SPDX-License-Identifier: Apache-2.0

/// What a shell may offer where a value is expected.
enum ValueCompletion: Sendable, Hashable {
  /// Nothing sensible.
  case nothing
  /// Names of files.
  case files
  /// One of these words.
  case words([String])
}

/// One kind of value: how its text is read, shown and completed. Flags and configuration keys of
/// that kind share it, so both accept the same texts and complain in the same words.
struct ValueKind<Value: Sendable>: Sendable {
  /// What stands for the value in a usage line, as in `--window DURATION`.
  let placeholder: String
  /// What a message says was expected, as in `a duration such as 10s`.
  let expected: String
  /// What a shell offers.
  var completion = ValueCompletion.nothing
  /// Reads a text; nil when it is no such value.
  let parse: @Sendable (String) -> Value?
  /// The text that ``parse`` reads as that value.
  let show: @Sendable (Value) -> String
  /// What exactly is wrong with a text that is no such value; nil: nothing beyond ``expected``.
  var explain: @Sendable (String) -> String? = { _ in nil }
}

extension ValueKind where Value == String {
  /// Any text that is not empty.
  static func text(_ placeholder: String, completion: ValueCompletion = .nothing) -> Self {
    ValueKind(
      placeholder: placeholder, expected: "a text that is not empty", completion: completion,
      parse: { $0.isEmpty ? nil : $0 }, show: { $0 })
  }
}

extension ValueKind where Value == Int {
  /// A whole number in a range.
  static func count(_ range: ClosedRange<Int>) -> Self {
    ValueKind(
      placeholder: "N",
      expected: range.upperBound == .max
        ? "a whole number, at least \(range.lowerBound)"
        : "a whole number from \(range.lowerBound) to \(range.upperBound)",
      parse: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } },
      show: { String($0) })
  }

  /// A number of bytes, plain or with a binary unit.
  static func bytes(_ range: ClosedRange<Int>) -> Self {
    ValueKind(
      placeholder: "BYTES",
      expected: "a number of bytes from \(ByteText.show(range.lowerBound)) to "
        + "\(ByteText.show(range.upperBound)), such as 65536, 64KiB or 4MiB",
      parse: { text in ByteText.parse(text).flatMap { range.contains($0) ? $0 : nil } },
      show: ByteText.show)
  }
}

extension ValueKind where Value == Int64 {
  /// A duration of whole seconds; the value is their number.
  static func seconds(_ range: ClosedRange<Int64>) -> Self {
    let shown = { @Sendable (seconds: Int64) in DurationText.show(.seconds(seconds)) }
    return ValueKind(
      placeholder: "DURATION",
      expected: "whole seconds from \(shown(range.lowerBound)) to \(shown(range.upperBound)), "
        + "such as 10s or 1h",
      parse: { text in
        guard let duration = DurationText.parse(text), duration.components.attoseconds == 0
        else { return nil }
        let seconds = duration.components.seconds
        return range.contains(seconds) ? seconds : nil
      },
      show: shown)
  }
}

extension ValueKind where Value == Duration {
  /// A duration, fractions of a second allowed.
  static func duration(_ range: ClosedRange<Duration>) -> Self {
    ValueKind(
      placeholder: "DURATION",
      expected: "a duration from \(DurationText.show(range.lowerBound)) to "
        + "\(DurationText.show(range.upperBound)), such as 500ms, 10s or 1h",
      parse: { text in DurationText.parse(text).flatMap { range.contains($0) ? $0 : nil } },
      show: DurationText.show)
  }
}

extension ValueKind where Value == HostPort {
  /// A host and a port.
  static let hostPort = ValueKind(
    placeholder: "HOST:PORT",
    expected: "HOST:PORT, such as 127.0.0.1:50051 or [::1]:50051",
    parse: { HostPort($0) }, show: { $0.description })
}

extension ValueKind where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  /// One of the words that an enumeration lists.
  static func oneOf(_ placeholder: String) -> Self {
    let words = Value.allCases.map(\.rawValue)
    return ValueKind(
      placeholder: placeholder, expected: "one of \(words.joined(separator: ", "))",
      completion: .words(words), parse: { Value(rawValue: $0) }, show: { $0.rawValue })
  }
}

extension ValueKind {
  /// This kind, or a word that stands for no value.
  func or(_ word: String) -> ValueKind<Value?> {
    let base = self
    return ValueKind<Value?>(
      placeholder: placeholder, expected: "\(expected), or \(word)",
      completion: completion == .nothing ? .words([word]) : completion,
      parse: { text in
        if text == word { return .some(nil) }
        return base.parse(text).map { .some($0) }
      },
      show: { value in value.map(base.show) ?? word }, explain: base.explain)
  }
}
