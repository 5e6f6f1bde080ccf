// SPDX-License-Identifier: Apache-2.0

/// Completion for zsh, by `_arguments` specifications.
enum ZshCompletion {
  static func script(_ commands: [CommandOutline]) -> String {
    var text = """
      #compdef tributary
      # zsh completion of tributary; load it with: source <(tributary completion zsh)
      _tributary() {
        local -a commands=(

      """
    for (word, summary) in CommandGroup.firstWords(commands) { text += item(word, summary) }
    text += """
        )
        if (( CURRENT == 2 )); then
          _describe command commands
          _arguments '--help[print the help and end]' '--version[print the version and end]'
          return
        fi
        local command=$words[2]
        shift words
        (( CURRENT-- ))

      """
    for group in CommandGroup.all(commands) { text += secondWord(group) }
    text += "  case $command in\n"
    for command in commands {
      let specifications = command.flags.map(specification) + operand(command)
      text += "    '\(command.name)') _arguments -s"
      text += specifications.map { " \\\n      " + Shell.quoted($0) }.joined() + " ;;\n"
    }
    return text + """
        esac
      }
      compdef _tributary tributary

      """
  }

  private static func item(_ word: String, _ summary: String) -> String {
    "    \(Shell.quoted("\(word):\(escaped(summary))"))\n"
  }

  private static func secondWord(_ group: CommandGroup) -> String {
    var text = """
        if [[ $command == \(group.word) ]]; then
          if (( CURRENT == 2 )); then
            commands=(

      """
    for (word, command) in zip(group.seconds, group.commands) {
      text += item(word, command.summary)
    }
    return text + """
            )
            _describe command commands
            return
          fi
          command="$command $words[2]"
          shift words
          (( CURRENT-- ))
        fi

      """
  }

  private static func specification(_ flag: CommandOutline.FlagOutline) -> String {
    let star = flag.repeats ? "*" : ""
    let text = "\(star)--\(flag.name)[\(escaped(flag.text))]"
    guard let placeholder = flag.placeholder else { return text }
    return text + ":\(escaped(placeholder)):\(action(flag.completion))"
  }

  private static func operand(_ command: CommandOutline) -> [String] {
    command.operand.map { ["*:\(escaped($0.placeholder)):\(action($0.completion))"] } ?? []
  }

  private static func action(_ completion: ValueCompletion) -> String {
    switch completion {
    case .nothing: " "
    case .files: "_files"
    case .words(let words): "(\(words.joined(separator: " ")))"
    }
  }

  /// Brackets and colons have a meaning inside a specification.
  private static func escaped(_ text: String) -> String {
    text.map { ":[]\\".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
