// SPDX-License-Identifier: Apache-2.0

/// `tributary cluster status`: prints the accounts of all nodes and their links.
struct ClusterStatusCommand: Command {
  private var target = Target.standard
  private var format = StatusFormat.table
  private var isLocal = false

  init() {}

  static let syntax = Syntax<ClusterStatusCommand>(
    command: "cluster status", summary: "print nodes, links and ledgers of a cluster",
    flags: [
      Target.flag(\.target),
      Flag("format", \.format, .oneOf("FORMAT"), "form of the output"),
      Flag("local", \.isLocal, "only the node that is asked; otherwise it asks the others, too"),
    ],
    notes: """
      One row a node: what became of the points that its clients sent since it started. IMBALANCE
      is what is missing from the sum, 0 unless there is a defect; FROM PEERS is what the node
      applied for others and no part of it. One row a link, as its sender sees it: BACKLOG is what
      waits for the peer, in bytes; B/POINT the bytes on the wire for a point sent, all messages of
      the link counted, RATIO how many times compression makes them fewer. HINTED are points kept
      for a peer that is away, GIVEN UP those that grew too old meanwhile or whose fate stayed
      unknown. Nodes that do not answer are listed with the reason.

      examples:
        tributary cluster status
        tributary cluster status --local --format json
      """)

  func run() async throws -> ExitCode {
    let status = try await Target.withClient(target) {
      try await $0.clusterStatus(local: isLocal)
    }
    Output.standardOutput.write(ClusterStatusText.write(status, as: format))
    return .success
  }
}
