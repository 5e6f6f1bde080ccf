// SPDX-License-Identifier: Apache-2.0

/// How the program ends.
enum ExitCode: Int32, Sendable {
  /// All well.
  case success = 0
  /// The command line was right but the work failed, wholly or in part.
  case failure = 1
  /// Wrong flag, wrong configuration, or something that only the caller can change.
  case usage = 2
}

/// The work could not be done: one line for people, status 1.
struct CommandFailure: Error, Hashable {
  /// What happened and, where possible, what to do.
  let message: String

  /// Makes a failure.
  init(_ message: String) { self.message = message }
}

/// One command of the program. A value of the type is its options; `init()` is their defaults.
protocol Command: Sendable {
  init()
  /// The command line, as data.
  static var syntax: Syntax<Self> { get }
  /// Signals that the command handles itself; blocked before any thread starts.
  static var signals: [Int32] { get }
  /// Reads the arguments after the command's name.
  static func parsed(_ arguments: [String]) throws(UsageError) -> ParseOutcome<Self>
  /// Does the work. Throws ``UsageError`` for status 2 and ``CommandFailure`` for status 1.
  func run() async throws -> ExitCode
}

extension Command {
  static var signals: [Int32] { [] }

  static func parsed(_ arguments: [String]) throws(UsageError) -> ParseOutcome<Self> {
    try syntax.parse(arguments, onto: Self())
  }

  /// What help and completion need to know.
  static var outline: CommandOutline { CommandOutline(syntax, defaults: Self()) }
}
