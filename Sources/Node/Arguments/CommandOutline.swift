// SPDX-License-Identifier: Apache-2.0

/// A command's syntax without its types: what help and completion scripts need.
struct CommandOutline: Sendable, Hashable {
  /// One flag as people see it.
  struct FlagOutline: Sendable, Hashable {
    let name: String
    let placeholder: String?
    let text: String
    let defaultText: String?
    let completion: ValueCompletion
    let repeats: Bool
  }

  /// The operands as people see them.
  struct OperandOutline: Sendable, Hashable {
    let usage: String
    let placeholder: String
    let text: String
    let completion: ValueCompletion
  }

  let name: String
  let summary: String
  let flags: [FlagOutline]
  let operand: OperandOutline?
  let notes: String

  /// Describes a syntax; `defaults` give the values that help prints.
  init<Options>(_ syntax: Syntax<Options>, defaults: Options) {
    name = syntax.command
    summary = syntax.summary
    notes = syntax.notes
    flags =
      syntax.flags.map {
        FlagOutline(
          name: $0.name, placeholder: $0.placeholder, text: $0.text,
          defaultText: $0.shown(defaults), completion: $0.completion, repeats: $0.repeats)
      } + [
        FlagOutline(
          name: "help", placeholder: nil, text: "print this help and end", defaultText: nil,
          completion: .nothing, repeats: false)
      ]
    operand = syntax.operand.map {
      let dots = $0.counts.upperBound > 1 ? "..." : ""
      let plain = $0.placeholder + dots
      return OperandOutline(
        usage: $0.counts.lowerBound == 0 ? "[\(plain)]" : plain, placeholder: $0.placeholder,
        text: $0.text, completion: $0.completion)
    }
  }
}
