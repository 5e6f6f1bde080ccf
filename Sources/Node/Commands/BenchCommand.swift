// SPDX-License-Identifier: Apache-2.0

/// `tributary bench`: loads a node and measures it.
struct BenchCommand: Command {
  private var target = Target.standard
  private var plan = BenchPlan()
  private var serverPID: Int?
  private var format = BenchFormat.text

  init() {}

  static let syntax = Syntax<BenchCommand>(
    command: "bench", summary: "load a node with points and measure it",
    flags: [Target.flag(\.target)] + BenchPlan.flags.map { $0.lifted(\.plan) } + [
      Flag(
        optional: "server-pid", \.serverPID, .count(1...Int.max),
        "the node's process, when it is not found by its port"),
      Flag("format", \.format, .oneOf("FORMAT"), "form of the result"),
    ],
    notes: """
      Points are encoded before the clock starts. The node's CPU time is read from /proc when the
      node runs on this machine. Latencies are exact percentiles of every measurement. The node is
      asked which names belong to an --owner. Values are any numbers (random), or each name keeps
      its first one (constant) or counts on from it (step).

      examples:
        tributary bench
        tributary bench --connections 4 --points 40000000
        tributary bench --metrics 100000 --summary-every 50ms
        tributary bench --rpc batches --batch-points 1000
        tributary bench --messages-per-frame 1 --format json
        tributary bench --owner b --owner c --values step
      """)

  func run() async throws -> ExitCode {
    let pid = serverPID ?? ListenerTable.process(listeningOn: target.port)
    let run = BenchRun(target: target, plan: plan, serverPID: pid)
    let result = try await run.measure()
    Output.standardOutput.write(result.text(format))
    return result.rejected == 0 ? .success : .failure
  }
}
