// SPDX-License-Identifier: Apache-2.0

/// The arguments of a command that are not flags.
struct Operand<Options>: Sendable {
  /// As it stands in the usage line.
  let placeholder: String
  /// What it is, in one sentence without a full stop.
  let text: String
  /// How many there may be.
  let counts: ClosedRange<Int>
  /// What a shell offers.
  let completion: ValueCompletion
  /// Takes them in.
  let set: @Sendable (inout Options, [String]) -> Void

  /// The same operand of something that contains these options.
  func lifted<Outer>(_ path: any WritableKeyPath<Outer, Options> & Sendable) -> Operand<Outer> {
    Operand<Outer>(
      placeholder: placeholder, text: text, counts: counts, completion: completion,
      set: { [set] outer, operands in set(&outer[keyPath: path], operands) })
  }
}

extension Operand {
  init(
    placeholder: String, text: String, counts: ClosedRange<Int>, completion: ValueCompletion,
    path: any WritableKeyPath<Options, [String]> & Sendable
  ) {
    self.init(
      placeholder: placeholder, text: text, counts: counts, completion: completion,
      set: { options, operands in options[keyPath: path] = operands })
  }
}

/// The whole command line of one command, as data.
struct Syntax<Options>: Sendable {
  /// The word that chooses the command.
  let command: String
  /// What it does, in one sentence without a full stop.
  let summary: String
  /// Its flags, in the order in which help lists them.
  let flags: [Flag<Options>]
  /// Its operands; nil: none.
  var operand: Operand<Options>?
  /// More for `--help`: paragraphs, examples.
  var notes = ""
}

/// What a command line asks for.
enum ParseOutcome<Options> {
  /// Do it, with these options.
  case run(Options)
  /// Print the help and do nothing.
  case help
}

extension Syntax {
  /// Reads the arguments after the command's name onto `defaults`.
  ///
  /// Accepts `--name value`, `--name=value`, switches, `-h` and `--help` anywhere, and `--` before
  /// operands that begin with a dash. The last of several values wins, unless the flag repeats.
  func parse(_ arguments: [String], onto defaults: Options) throws(UsageError)
    -> ParseOutcome<Options>
  {
    var options = defaults
    var operands: [String] = []
    var rest = arguments[...]
    var flagsEnded = false
    while let argument = rest.popFirst() {
      if flagsEnded || argument == "-" || !argument.hasPrefix("-") {
        operands.append(argument)
      } else if argument == "--" {
        flagsEnded = true
      } else if argument == "--help" || argument == "-h" {
        return .help
      } else {
        try take(argument, &rest, into: &options)
      }
    }
    try place(operands, into: &options)
    return .run(options)
  }

  private func take(
    _ argument: String, _ rest: inout ArraySlice<String>, into options: inout Options
  ) throws(UsageError) {
    let equals = argument.firstIndex(of: "=")
    let word = equals.map { String(argument[..<$0]) } ?? argument
    guard let flag = flags.first(where: { "--" + $0.name == word }) else {
      let bare = String(word.drop { $0 == "-" })
      throw UsageError(
        "unknown flag \(word)"
          + NearestName.suggestion(bare, among: flags.map(\.name) + ["help"], prefix: "--"))
    }
    var value = equals.map { String(argument[argument.index(after: $0)...]) }
    guard let placeholder = flag.placeholder else {
      guard value == nil else { throw UsageError("\(word) takes no value") }
      _ = flag.set(&options, "")
      return
    }
    if value == nil, let next = rest.first, !flags.contains(where: { "--" + $0.name == next }) {
      value = next
      rest = rest.dropFirst()
    }
    guard let value else {
      throw UsageError("\(word) needs a value: \(word) \(placeholder)")
    }
    guard flag.set(&options, value) else {
      throw UsageError("\(word): \(flag.complaint(value))")
    }
  }

  private func place(_ operands: [String], into options: inout Options) throws(UsageError) {
    guard let operand else {
      if let first = operands.first { throw UsageError("unexpected argument '\(first)'") }
      return
    }
    guard operands.count >= operand.counts.lowerBound else {
      throw UsageError("\(operand.placeholder) is missing: \(operand.text)")
    }
    guard operands.count <= operand.counts.upperBound else {
      throw UsageError("unexpected argument '\(operands[operand.counts.upperBound])'")
    }
    if case .words(let words) = operand.completion,
      let wrong = operands.first(where: { !words.contains($0) })
    {
      throw UsageError("'\(wrong)' is not one of \(words.joined(separator: ", "))")
    }
    operand.set(&options, operands)
  }
}
