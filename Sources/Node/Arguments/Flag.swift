// SPDX-License-Identifier: Apache-2.0

/// One `--flag` of a command, or one key of a configuration: its description and its effect. The
/// list of a command's flags drives parsing, help and completion alike.
///
/// - Complexity: all members are O(1) beside the value's own parsing.
struct Flag<Options>: Sendable {
  /// Long name without dashes; also the key in a configuration file.
  let name: String
  /// What stands for the value; nil: a switch that takes none.
  let placeholder: String?
  /// One sentence without a full stop.
  let text: String
  /// What a message says was expected.
  let expected: String
  /// What a shell offers as the value.
  let completion: ValueCompletion
  /// May be given several times, each adding a value.
  let repeats: Bool
  /// Takes a value in; false when the text is no such value.
  let set: @Sendable (inout Options, String) -> Bool
  /// The value in `options` as text; nil when there is none.
  let shown: @Sendable (Options) -> String?
  /// What exactly is wrong with a text that is no such value; nil: nothing beyond ``expected``.
  var explain: @Sendable (String) -> String? = { _ in nil }

  /// What a message says of a text that ``set`` refused.
  func complaint(_ text: String) -> String {
    explain(text) ?? "'\(text)' is not valid; expected \(expected)"
  }
}

extension Flag {
  /// A flag with a value that always has one.
  init<Value>(
    _ name: String, _ path: any WritableKeyPath<Options, Value> & Sendable,
    _ kind: ValueKind<Value>, _ text: String
  ) {
    self.init(
      name: name, placeholder: kind.placeholder, text: text, expected: kind.expected,
      completion: kind.completion, repeats: false,
      set: { options, text in
        guard let value = kind.parse(text) else { return false }
        options[keyPath: path] = value
        return true
      },
      shown: { kind.show($0[keyPath: path]) }, explain: kind.explain)
  }

  /// A flag that may be absent.
  init<Value>(
    optional name: String, _ path: any WritableKeyPath<Options, Value?> & Sendable,
    _ kind: ValueKind<Value>, _ text: String
  ) {
    self.init(
      name: name, placeholder: kind.placeholder, text: text, expected: kind.expected,
      completion: kind.completion, repeats: false,
      set: { options, text in
        guard let value = kind.parse(text) else { return false }
        options[keyPath: path] = value
        return true
      },
      shown: { $0[keyPath: path].map(kind.show) }, explain: kind.explain)
  }

  /// A flag that adds to a list each time it is given.
  init<Value>(
    list name: String, _ path: any WritableKeyPath<Options, [Value]> & Sendable,
    _ kind: ValueKind<Value>, _ text: String
  ) {
    self.init(
      name: name, placeholder: kind.placeholder, text: text, expected: kind.expected,
      completion: kind.completion, repeats: true,
      set: { options, text in
        guard let value = kind.parse(text) else { return false }
        options[keyPath: path].append(value)
        return true
      },
      shown: { _ in nil }, explain: kind.explain)
  }

  /// A switch: absent false, present true.
  init(_ name: String, _ path: any WritableKeyPath<Options, Bool> & Sendable, _ text: String) {
    self.init(
      name: name, placeholder: nil, text: text, expected: "no value", completion: .nothing,
      repeats: false,
      set: { options, _ in
        options[keyPath: path] = true
        return true
      },
      shown: { _ in nil })
  }

  /// The same flag of something that contains these options.
  func lifted<Outer>(_ path: any WritableKeyPath<Outer, Options> & Sendable) -> Flag<Outer> {
    let (set, shown) = (set, shown)
    return Flag<Outer>(
      name: name, placeholder: placeholder, text: text, expected: expected,
      completion: completion, repeats: repeats,
      set: { outer, text in set(&outer[keyPath: path], text) },
      shown: { shown($0[keyPath: path]) }, explain: explain)
  }
}
