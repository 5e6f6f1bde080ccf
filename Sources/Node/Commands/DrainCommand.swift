// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC

/// `tributary drain`: makes a node hand over what it has and leave its cluster.
struct DrainCommand: Command {
  private var target = Target.standard
  private var timeout = Duration.seconds(60)

  init() {}

  static let syntax = Syntax<DrainCommand>(
    command: "drain", summary: "make a node hand over its windows and leave its cluster",
    flags: [
      Target.flag(\.target),
      Flag(
        "timeout", \.timeout, .duration(.seconds(1)...(.seconds(86_400))),
        "after this the node gives up and stays"),
    ],
    notes: """
      Prints each step. The others take over the node's points and what its windows hold, so that
      nothing is lost; then the node's process ends. Status 1: the node stays, as it was. A drain
      goes on when this command is interrupted.

      examples:
        tributary drain --target 10.0.0.7:50051
        tributary drain --timeout 5m
      """)

  func run() async throws -> ExitCode {
    var hasBegun = false
    do {
      let isDone = try await Target.withClient(target) { client in
        try await client.drain(timeout: timeout) { progress in
          hasBegun = true
          Output.standardOutput.notify(DrainText.line(progress) + "\n")
        }
      }
      guard isDone else { throw CommandFailure(DrainText.unknown("the node ended the call early")) }
      return .success
    } catch let error as RPCError {
      throw CommandFailure(DrainText.failure(error, hasBegun: hasBegun))
    }
  }
}
