// SPDX-License-Identifier: Apache-2.0
import Glibc
import TributaryClient

/// `tributary agent`: reads this machine's figures and sends them to a node.
struct AgentCommand: Command {
  private var targets = [Target.standard]
  private var interval = Duration.seconds(1)
  private var prefix = ""
  private var once = false
  private var bufferBytesMax = 16 << 20
  private var logLevel = LogLevel.info
  private var logFormat = LogFormat.text

  init() {}

  static let signals = [SIGINT, SIGTERM]

  static let syntax = Syntax<AgentCommand>(
    command: "agent", summary: "send this machine's CPU, memory, disk, network and load",
    flags: [
      Target.flag(\.targets),
      Flag(
        "interval", \.interval, .duration(.milliseconds(100)...(.seconds(3600))),
        "time between readings"),
      Flag("prefix", \.prefix, .prefix, "what the names begin with, as in web1."),
      Flag("once", \.once, "send one interval's figures and end"),
      Flag(
        "buffer-bytes-max", \.bufferBytesMax, .bytes(1 << 20...(1 << 32)),
        "points kept while no node takes them; then the oldest are dropped, and counted"),
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

      Points are kept until a node has acknowledged them, and sent again when a connection broke, to
      any of the targets, which must be of one cluster. None counts twice, and none is dropped
      without a line in the log.
      """)

  func run() async throws -> ExitCode {
    let log = Log(level: logLevel, format: logFormat)
    let arrivals = Signals.arrivals(Self.signals)
    var options = TributaryClient.Options()
    options.bufferBytesMax = bufferBytesMax
    options.onEvent = { [log = AgentLog(log: log)] in log.note($0) }
    let client = TributaryClient(endpoints: targets.map(\.endpoint), options: options)
    let agent = Agent(client: client, sampler: MachineSampler(prefix: prefix), interval: interval)
    let result = await Self.untilSignalled(arrivals, log) {
      once ? try await agent.sendOnce() : try await agent.run()
    }
    // What is left is told by the log.
    await client.close(timeout: Self.closeTimeout)
    return try result.get()
  }

  /// How long the last points may take when the agent ends.
  private static let closeTimeout = Duration.seconds(2)

  private static func untilSignalled(
    _ arrivals: AsyncStream<Int32>, _ log: Log,
    _ work: @escaping @Sendable () async throws -> ExitCode
  ) async -> Result<ExitCode, any Error> {
    await withTaskGroup(of: Result<ExitCode, any Error>.self) { tasks in
      tasks.addTask {
        do { return .success(try await work()) } catch { return .failure(error) }
      }
      tasks.addTask {
        for await number in arrivals {
          log.info("stopping", ["signal": .string(Signals.name(number))])
          break
        }
        return .success(.success)
      }
      defer { tasks.cancelAll() }
      return await tasks.next() ?? .success(.success)
    }
  }
}

extension ValueKind where Value == String {
  /// What names may begin with: nothing, or a word without white space.
  fileprivate static let prefix = ValueKind(
    placeholder: "TEXT", expected: "a text without white space",
    parse: { $0.contains(where: \.isWhitespace) ? nil : $0 }, show: { $0.isEmpty ? "none" : $0 })
}
