// SPDX-License-Identifier: Apache-2.0
import Glibc
import RPC

/// `tributary serve`: runs a node until it is told to stop.
struct ServeCommand: Command {
  private var configuration = ServeConfiguration()
  private var configurationPath: String?

  init() {}

  static let signals = [SIGTERM, SIGINT]

  static let syntax = Syntax<ServeCommand>(
    command: "serve", summary: "run a node: take points, answer summaries",
    flags: [
      Flag(
        optional: "config", \.configurationPath, .text("FILE", completion: .files),
        "YAML file with the same keys as these flags, which win over it")
    ] + ServeConfiguration.flags.map { $0.lifted(\.configuration) },
    notes: """
      When the node takes calls it prints one line, `ready grpc=HOST:PORT`, in a cluster followed
      by ` peer=HOST:PORT`. SIGTERM or SIGINT lets running calls end within the shutdown grace; a
      second signal ends at once. What the node's windows hold ends with it: `tributary drain`
      hands it over first.

      At most one of --peers, --peers-file, --peers-dns and --etcd names the nodes of a cluster.
      All of its nodes need the same --cluster, --window and --resolution, and an id each.

      examples:
        tributary serve
        tributary serve --listen '[::]:50051' --window 10m --resolution 1s
        tributary serve --config config/tributary.yaml --log-format json
        tributary serve --node-id a --peer-listen 10.0.0.1:50052 \\
          --peers a=10.0.0.1:50052,b=10.0.0.2:50052
      """)

  /// Flags win over the file, wherever they stand: the file is read first, then all flags again.
  static func parsed(_ arguments: [String]) throws(UsageError) -> ParseOutcome<ServeCommand> {
    let outcome = try syntax.parse(arguments, onto: ServeCommand())
    guard case .run(let command) = outcome else { return outcome }
    guard let path = command.configurationPath else {
      if let problem = command.configuration.cluster.problem { throw problem.error }
      return outcome
    }
    var base = ServeCommand()
    let file = try ConfigurationFile(path)
    base.configuration = file.configuration
    let final = try syntax.parse(arguments, onto: base)
    if case .run(let command) = final {
      try command.checkShape(against: file)
      try command.checkCluster(against: file)
    }
    return final
  }

  /// The file may name one source of peers, and the flags another.
  private func checkCluster(against file: ConfigurationFile) throws(UsageError) {
    guard let (error, flags) = configuration.cluster.problem else { return }
    guard error == file.configuration.cluster.problem?.error else { throw error }
    throw file.locating(error, keys: flags)
  }

  /// Numbers that do not go together are the file's fault if they already stand there.
  private func checkShape(against file: ConfigurationFile) throws(UsageError) {
    do {
      _ = try configuration.shape()
    } catch {
      guard error == file.configuration.shapeError else { throw error }
      throw file.locating(error, keys: ["window", "resolution", "future-grace"])
    }
  }

  /// What the arguments and the file came to.
  var chosen: ServeConfiguration { configuration }

  func run() async throws -> ExitCode {
    let arrivals = Signals.arrivals(Self.signals)
    let log = Log(level: configuration.logLevel, format: configuration.logFormat)
    let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let group = EventLoopGroup(loops: configuration.loops ?? cores)
    let (ends, ending) = AsyncStream<NodeEnd>.makeStream()
    let node = try TelemetryNode(
      configuration, group: group, log: log, ending: { ending.yield($0) })
    announce(try await listen(node), log)
    let signals = Task { for await number in arrivals { ending.yield(.signal(number)) } }
    let end = await stop(node, at: ends, log)
    signals.cancel()
    await group.shutdown()
    if case .failed(let reason) = end {
      log.error("stopped", ["reason": .string(reason)])
      // Another node has this one's place: to start again would not help.
      return .usage
    }
    log.info("stopped")
    return .success
  }

  private func announce(_ bound: BoundAddresses, _ log: Log) {
    let clients = HostPort(host: bound.clients.host, port: bound.clients.port)
    var line = "ready grpc=\(clients)"
    if let peers = bound.peers { line += " peer=\(HostPort(host: peers.host, port: peers.port))" }
    Output.standardOutput.notify(line + "\n")
    log.info(
      "ready", ["grpc": .of(clients), "version": .string(Program.version), "pid": .count(getpid())])
  }

  /// What keeps a node from listening is for the caller to change: the port, the host.
  private func listen(_ node: TelemetryNode) async throws -> BoundAddresses {
    do {
      return try await node.start()
    } catch let error as SocketError {
      let flags = configuration.cluster.isClustered ? "--listen or --peer-listen" : "--listen"
      throw UsageError("cannot listen on \(error); choose another with \(flags) HOST:PORT")
    }
  }

  /// Waits for the first reason to end, then lets calls end; a signal after it ends the process.
  private func stop(_ node: TelemetryNode, at ends: AsyncStream<NodeEnd>, _ log: Log) async
    -> NodeEnd?
  {
    let grace = configuration.shutdownGrace
    var iterator = ends.makeAsyncIterator()
    guard let first = await iterator.next() else { return nil }
    log.info(
      "stopping",
      ["reason": .string(first.text), "grace": .string(DurationText.show(grace))]
    )
    let second = Task {
      for await case .signal(let number) in ends {
        log.warning("stopped at once", ["signal": .string(Signals.name(number))])
        _exit(128 + number)
      }
    }
    await node.stop(grace: grace, leaving: first == .drained)
    second.cancel()
    return first
  }
}
