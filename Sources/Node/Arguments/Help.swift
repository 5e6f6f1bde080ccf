// SPDX-License-Identifier: Apache-2.0

/// The help texts, made from the outlines of the commands.
enum Help {
  /// Help of one command, at most 100 columns wide.
  static func text(_ command: CommandOutline) -> String {
    var usage = "usage: tributary \(command.name) [flags]"
    if let operand = command.operand { usage += " " + operand.usage }
    var text = usage + "\n\n" + sentence(command.summary) + "\n"
    if let operand = command.operand {
      text += "\n" + columns([(operand.placeholder, operand.text)])
    }
    text += "\nflags:\n" + columns(command.flags.map { (heading($0), explanation($0)) })
    if !command.notes.isEmpty { text += "\n" + command.notes + "\n" }
    return text
  }

  /// The short usage of the program: what `tributary` alone prints.
  static func overview(_ commands: [CommandOutline]) -> String {
    """
    usage: tributary COMMAND [flags]

    Takes metric points over gRPC, folds them into sliding windows, and answers summaries.

    commands:
    \(columns(commands.map { ($0.name, $0.summary) }))
    To try it: `tributary serve` in one terminal, `tributary agent` in another, and
    `tributary watch` in a third. `tributary COMMAND --help` lists a command's flags;
    `tributary --version` prints the version.

    """
  }

  /// Help of the first word of commands that have two.
  static func text(_ group: CommandGroup) -> String {
    """
    usage: tributary \(group.word) COMMAND [flags]

    commands:
    \(columns(group.commands.map { ($0.name, $0.summary) }))
    `tributary \(group.word) COMMAND --help` lists a command's flags.

    """
  }

  private static func heading(_ flag: CommandOutline.FlagOutline) -> String {
    flag.placeholder.map { "--\(flag.name) \($0)" } ?? "--\(flag.name)"
  }

  private static func explanation(_ flag: CommandOutline.FlagOutline) -> String {
    var text = flag.text
    if case .words(let words) = flag.completion, words.count > 1 {
      text += ": \(words.joined(separator: ", "))"
    }
    if flag.repeats { text += "; may be repeated" }
    if let defaultText = flag.defaultText { text += " [\(defaultText)]" }
    return text
  }

  private static func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  /// Two columns; the right one is wrapped at 100 columns.
  private static func columns(_ rows: [(left: String, right: String)]) -> String {
    let indent = (rows.map(\.left.count).max() ?? 0) + 4
    var text = ""
    for row in rows {
      let padding = String(repeating: " ", count: indent - 2 - row.left.count)
      let margin = "\n" + String(repeating: " ", count: indent)
      let lines = wrapped(row.right, width: max(30, 100 - indent))
      text += "  " + row.left + padding + lines.joined(separator: margin) + "\n"
    }
    return text
  }

  private static func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
