// SPDX-License-Identifier: Apache-2.0

/// Completion for fish: one `complete` line a command and a flag.
enum FishCompletion {
  static func script(_ commands: [CommandOutline]) -> String {
    var lines = [
      "# fish completion of tributary; load it with: tributary completion fish | source",
      "complete -c tributary -f",
      "complete -c tributary -n __fish_use_subcommand -l help -d 'print the help and end'",
      "complete -c tributary -n __fish_use_subcommand -l version -d 'print the version and end'",
    ]
    for (word, summary) in CommandGroup.firstWords(commands) {
      lines.append(
        "complete -c tributary -n __fish_use_subcommand -a \(word) -d \(quoted(summary))")
    }
    for group in CommandGroup.all(commands) { lines += secondWords(group) }
    for command in commands {
      let isSeen = command.words.map { "__fish_seen_subcommand_from \($0)" }
      let scope = "complete -c tributary -n '\(isSeen.joined(separator: "; and "))'"
      for flag in command.flags {
        let value = flag.placeholder == nil ? "" : " -x" + values(flag.completion)
        lines.append("\(scope) -l \(flag.name)\(value) -d \(quoted(flag.text))")
      }
      switch command.operand?.completion {
      case .files: lines.append("\(scope) -F")
      case .words(let words):
        lines.append("\(scope) -a \(quoted(words.joined(separator: " ")))")
      case .nothing, nil: break
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func secondWords(_ group: CommandGroup) -> [String] {
    let seconds = group.seconds.joined(separator: " ")
    let scope =
      "__fish_seen_subcommand_from \(group.word); and not __fish_seen_subcommand_from \(seconds)"
    return zip(group.seconds, group.commands).map { word, command in
      "complete -c tributary -n '\(scope)' -a \(word) -d \(quoted(command.summary))"
    }
  }

  private static func values(_ completion: ValueCompletion) -> String {
    switch completion {
    case .nothing: ""
    case .files: " -a '(__fish_complete_path)'"
    case .words(let words): " -a \(quoted(words.joined(separator: " ")))"
    }
  }

  /// fish knows two escapes inside single quotes.
  private static func quoted(_ text: String) -> String {
    "'" + text.map { "'\\".contains($0) ? "\\\($0)" : String($0) }.joined() + "'"
  }
}
