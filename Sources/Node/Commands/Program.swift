// SPDX-License-Identifier: Apache-2.0
import Glibc
import RPC

/// The program: chooses a command, runs it, and turns its end into an exit status.
enum Program {
  /// The release, as `tributary --version` prints it.
  static let version = "0.1.0"

  /// All commands, in the order in which help lists them.
  static let commands: [any Command.Type] = [
    ServeCommand.self, PushCommand.self, SummaryCommand.self, WatchCommand.self,
    AgentCommand.self, BenchCommand.self, LocateCommand.self, ClusterStatusCommand.self,
    DrainCommand.self, CompletionCommand.self,
  ]

  /// The commands as help and completion see them.
  static var outlines: [CommandOutline] { commands.map { $0.outline } }

  /// Settles the standard descriptors, memory, and how the process takes signals. Must run on the
  /// first thread before there is any other, since threads inherit what is blocked.
  static func prepare(_ arguments: [String]) {
    FreedMemory.keep()
    Output.claimStandardDescriptors()
    _ = signal(SIGPIPE, SIG_IGN)
    Signals.block(command(arguments)?.signals ?? [])
  }

  /// The command that the first words choose.
  private static func command(_ arguments: [String]) -> (any Command.Type)? {
    commands.first { arguments.starts(with: $0.outline.words) }
  }

  /// Runs the program with the arguments after its own name.
  static func run(_ arguments: [String]) async -> ExitCode {
    guard let word = arguments.first else {
      Output.standardError.write(Help.overview(outlines))
      return .usage
    }
    switch word {
    case "--help", "-h", "help":
      Output.standardOutput.write(Help.overview(outlines))
      return .success
    case "--version", "-v":
      Output.standardOutput.write("tributary \(version)\n")
      return .success
    default:
      guard let command = command(arguments) else { return noCommand(arguments) }
      return await execute(command, Array(arguments.dropFirst(command.outline.words.count)))
    }
  }

  /// The first words choose no command: a wrong one, or the first of two.
  private static func noCommand(_ arguments: [String]) -> ExitCode {
    let word = arguments[0]
    guard let group = CommandGroup.all(outlines).first(where: { $0.word == word }) else {
      let names = CommandGroup.firstWords(outlines).map(\.word)
      let suggestion = NearestName.suggestion(word, among: names)
      return complain("tributary", UsageError("unknown command \(word)\(suggestion)"))
    }
    let name = "tributary \(word)"
    guard let second = arguments.dropFirst().first else {
      let seconds = group.seconds.joined(separator: ", ")
      return complain(name, UsageError("a command is missing: one of \(seconds)"))
    }
    guard !["--help", "-h"].contains(second) else {
      Output.standardOutput.write(Help.text(group))
      return .success
    }
    let suggestion = NearestName.suggestion(second, among: group.seconds)
    return complain(name, UsageError("unknown command \(second)\(suggestion)"))
  }

  private static func execute<C: Command>(_ command: C.Type, _ arguments: [String]) async
    -> ExitCode
  {
    let name = "tributary \(C.syntax.command)"
    do {
      switch try C.parsed(arguments) {
      case .help:
        Output.standardOutput.write(Help.text(C.outline))
        return .success
      case .run(let options):
        return try await options.run()
      }
    } catch let error as UsageError {
      return complain(name, error)
    } catch let error as CommandFailure {
      Output.standardError.write("\(name): \(Printable.line(error.message))\n")
    } catch let error as RPCError {
      Output.standardError.write("\(name): \(Printable.line(Failure.advice(error)))\n")
    } catch {
      Output.standardError.write("\(name): \(Printable.line("\(error)"))\n")
    }
    return .failure
  }

  private static func complain(_ name: String, _ error: UsageError) -> ExitCode {
    Output.standardError.write("\(name): \(Printable.line(error.message))\n")
    for line in error.excerpt { Output.standardError.write("  \(Printable.line(line))\n") }
    return .usage
  }
}
