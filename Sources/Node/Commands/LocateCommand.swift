// SPDX-License-Identifier: Apache-2.0

/// `tributary locate NAME...`: prints where series belong.
struct LocateCommand: Command {
  private var target = Target.standard
  private var format = StatusFormat.table
  private var names: [String] = []

  init() {}

  static let syntax = Syntax<LocateCommand>(
    command: "locate", summary: "print partition, shard and owner of names",
    flags: [
      Target.flag(\.target),
      Flag("format", \.format, .oneOf("FORMAT"), "form of the output"),
    ],
    operand: Operand(
      placeholder: "NAME", text: "names of series", counts: 1...StatusLimits.namesMax,
      completion: .nothing, path: \.names),
    notes: """
      A name has a place whether or not there is such a series. Partition and owner are as the node
      that is asked sees them; the shard is the one that the name would have on that node, and is
      the owner's where both have as many shards.

      examples:
        tributary locate cpu.user cpu.system
        tributary locate --format json requests.total
      """)

  func run() async throws -> ExitCode {
    let reply = try await Target.withClient(target) { try await $0.locate(names) }
    Output.standardOutput.write(LocationText.write(reply, as: format))
    return .success
  }
}
