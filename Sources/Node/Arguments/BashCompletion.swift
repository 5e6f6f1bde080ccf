// SPDX-License-Identifier: Apache-2.0

/// Completion for bash: commands, then flags; after a flag with known words, those words.
enum BashCompletion {
  static func script(_ commands: [CommandOutline]) -> String {
    let names = CommandGroup.firstWords(commands).map(\.word) + ["--help", "--version"]
    var text = """
      # bash completion of tributary; load it with: source <(tributary completion bash)
      _tributary() {
        local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
        local command=${COMP_WORDS[1]}
        COMPREPLY=()
        if (( COMP_CWORD == 1 )); then
          COMPREPLY=($(compgen -W '\(names.joined(separator: " "))' -- "$word"))
          return
        fi

      """
    for group in CommandGroup.all(commands) { text += secondWord(group) }
    text += "  case $command in\n"
    for command in commands { text += branch(command) }
    return text + """
        esac
      }
      complete -F _tributary tributary

      """
  }

  private static func secondWord(_ group: CommandGroup) -> String {
    """
      if [[ $command == \(group.word) ]]; then
        if (( COMP_CWORD == 2 )); then
          COMPREPLY=($(compgen -W '\(group.seconds.joined(separator: " "))' -- "$word"))
          return
        fi
        command="$command ${COMP_WORDS[2]}"
      fi

    """
  }

  private static func branch(_ command: CommandOutline) -> String {
    var text = "    '\(command.name)')\n      case $before in\n"
    for flag in command.flags where flag.placeholder != nil {
      text += "        --\(flag.name)) \(reply(flag.completion)) return ;;\n"
    }
    let flags = command.flags.map { "--" + $0.name }.joined(separator: " ")
    text += "      esac\n"
    text += "      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W '\(flags)' -- \"$word\"))"
    if let operand = command.operand, operand.completion != .nothing {
      text += "\n      else \(reply(operand.completion))"
    }
    return text + "\n      fi ;;\n"
  }

  private static func reply(_ completion: ValueCompletion) -> String {
    switch completion {
    case .nothing: ""
    case .files: "COMPREPLY=($(compgen -f -- \"$word\"));"
    case .words(let words):
      "COMPREPLY=($(compgen -W '\(words.joined(separator: " "))' -- \"$word\"));"
    }
  }
}
