// SPDX-License-Identifier: Apache-2.0

/// `tributary completion SHELL`: prints a completion script.
struct CompletionCommand: Command {
  private var shells: [String] = []

  init() {}

  static let syntax = Syntax<CompletionCommand>(
    command: "completion", summary: "print a completion script for a shell", flags: [],
    operand: Operand(
      placeholder: "SHELL", text: "one of bash, zsh, fish", counts: 1...1,
      completion: .words(Shell.allCases.map(\.rawValue)), path: \.shells),
    notes: """
      examples:
        source <(tributary completion bash)
        source <(tributary completion zsh)
        tributary completion fish | source
      """)

  func run() async throws -> ExitCode {
    guard let shell = shells.first.flatMap(Shell.init) else { throw UsageError("SHELL is missing") }
    Output.standardOutput.write(shell.completionScript(Program.outlines))
    return .success
  }
}
