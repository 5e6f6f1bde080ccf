// SPDX-License-Identifier: Apache-2.0

/// Commands of two words that share the first: `cluster status`.
struct CommandGroup: Sendable, Hashable {
  /// The first word.
  let word: String
  /// The commands, in the order in which help lists them.
  let commands: [CommandOutline]

  /// The second words.
  var seconds: [String] { commands.map { $0.words[1] } }

  /// What is to be said of the first word alone, without a full stop.
  var summary: String { "followed by \(seconds.joined(separator: " or "))" }

  /// The groups among commands, in their order.
  static func all(_ commands: [CommandOutline]) -> [CommandGroup] {
    var words: [String] = []
    for command in commands where command.words.count > 1 && !words.contains(command.words[0]) {
      words.append(command.words[0])
    }
    return words.map { word in
      CommandGroup(
        word: word, commands: commands.filter { $0.words.count > 1 && $0.words[0] == word })
    }
  }

  /// The first words of commands, each once and in their order, with what there is to say of it.
  static func firstWords(_ commands: [CommandOutline]) -> [(word: String, summary: String)] {
    let groups = all(commands)
    var found: [(word: String, summary: String)] = []
    for command in commands where !found.contains(where: { $0.word == command.words[0] }) {
      let group = groups.first { $0.word == command.words[0] }
      found.append((command.words[0], group?.summary ?? command.summary))
    }
    return found
  }
}

extension CommandOutline {
  /// The words that choose the command: one or two.
  var words: [String] { name.split(separator: " ").map { String($0) } }
}
