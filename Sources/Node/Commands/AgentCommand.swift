// SPDX-License-Identifier: Apache-2.0
import Glibc

/// `tributary agent`: reads this machine's figures and sends them to a node.
struct AgentCommand: Command {
  private var target = Target.standard
  private var interval = Duration.seconds(1)
  private var prefix = ""
  private var once = false
  private var backlogMax = 100_000
  private var logLevel = LogLevel.info
  private var logFormat = LogFormat.text

  init() {}

  static let signals = [SIGINT, SIGTERM]

  static let syntax = Syntax<AgentCommand>(
    command: "agent", summary: "send this machine's CPU, memory, disk, network and load",
    flags: [
      Target.flag(\.target),
      Flag(
        "interval", \.interval, .duration(.milliseconds(100)...(.seconds(3600))),
        "time between readings"),
      Flag("prefix", \.prefix, .prefix, "what the names begin with, as in web1."),
      Flag("once", \.once, "send one interval's figures and end"),
      Flag(
        "backlog-max", \.backlogMax, .count(1000...10_000_000),
        "points kept while the node is away; then the oldest are dropped, and counted"),
      Flag("log-level", \.logLevel, .oneOf("LEVEL"), "least level that is logged"),
      Flag("log-format", \.logFormat, .oneOf("FORMAT"), "form of log lines"),
    ],
    notes: """
      cpu.{user,nice,system,idle,iowait,irq,softirq,steal,used}     per cent of all processors
      memory.{total,available,free,buffers,cached,dirty,used}_bytes, memory.used_percent
      swap.{total,used}_bytes, swap.used_percent
      disk.NAME.{read_bytes,written_bytes,reads,writes}_per_second, disk.NAME.busy_percent
      network.NAME.{received,sent}_{bytes,packets,errors,drops}_per_second
      load.{1m,5m,15m}
      processes.{running,blocked,threads}, processes.started_per_second
      system.uptime_seconds, system.context_switches_per_second

      Each interval is a call of its own, whose Ack says that the node has taken it. Points without
      an Ack are sent again, so after a broken connection some may count twice; none is dropped
      without a line in the log.
      """)

  func run() async throws -> ExitCode {
    let log = Log(level: logLevel, format: logFormat)
    let arrivals = Signals.arrivals(Self.signals)
    return try await Target.withClient(target) { client in
      let agent = Agent(
        client: client, sampler: MachineSampler(prefix: prefix), interval: interval,
        backlog: PointBacklog(pointsMax: backlogMax), log: log)
      return try await withThrowingTaskGroup(of: ExitCode.self) { tasks in
        tasks.addTask { once ? try await agent.sendOnce() : try await agent.run() }
        tasks.addTask {
          for await number in arrivals {
            log.info("stopping", ["signal": .string(Signals.name(number))])
            break
          }
          return .success
        }
        defer { tasks.cancelAll() }
        return try await tasks.next() ?? .success
      }
    }
  }
}

extension ValueKind where Value == String {
  /// What names may begin with: nothing, or a word without white space.
  fileprivate static let prefix = ValueKind(
    placeholder: "TEXT", expected: "a text without white space",
    parse: { $0.contains(where: \.isWhitespace) ? nil : $0 }, show: { $0.isEmpty ? "none" : $0 })
}
