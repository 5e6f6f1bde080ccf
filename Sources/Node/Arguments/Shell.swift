// SPDX-License-Identifier: Apache-2.0

/// A shell that a completion script can be written for.
enum Shell: String, CaseIterable, Sendable {
  case bash
  case zsh
  case fish

  /// The script that completes `tributary` in this shell.
  func completionScript(_ commands: [CommandOutline]) -> String {
    switch self {
    case .bash: BashCompletion.script(commands)
    case .zsh: ZshCompletion.script(commands)
    case .fish: FishCompletion.script(commands)
    }
  }

  /// The text as one single-quoted word of a POSIX shell.
  static func quoted(_ text: String) -> String {
    var result = "'"
    for character in text { result += character == "'" ? "'\\''" : String(character) }
    return result + "'"
  }
}
