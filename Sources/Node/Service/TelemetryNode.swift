// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import RPCServices
import Shard
import Synchronization

/// A running node: shards, the loops' ways to them, and the gRPC server in front.
final class TelemetryNode: Sendable {
  private let configuration: ServeConfiguration
  private let shards: [Aggregator]
  private let health: HealthRegistry
  private let server: Server
  private let now: @Sendable () -> Int64
  private let housekeeping = Mutex<Task<Void, Never>?>(nil)

  /// Makes a node that does not listen yet.
  ///
  /// - Parameters:
  ///   - group: where it lives; it must outlive the node.
  ///   - clock: Unix seconds; may jump.
  /// - Throws: ``UsageError`` when the configuration's numbers do not go together.
  init(
    _ configuration: ServeConfiguration, group: EventLoopGroup, log: Log,
    clock: @escaping @Sendable () -> Int64 = { WallTime.now.seconds }
  ) throws(UsageError) {
    // A clock before 1970 or absurdly far ahead is wrong, but no reason to stop.
    let now = { @Sendable in min(max(0, clock()), ShardLimits.clockSecondsMax) }
    let shape = try configuration.shape()
    let budget = SeriesBudget(seriesMax: configuration.seriesMax)
    let seats = (0..<(configuration.shards ?? group.loops.count)).map { index in
      ShardSeat(on: group.loops[index % group.loops.count], shape: shape, budget: budget)
    }
    let shards = seats.map(\.aggregator)
    let rules = IngestRules(
      shape: shape, nameBytesMax: configuration.nameBytesMax,
      seriesMax: configuration.seriesMax, now: now)
    let ingests = group.loops.map { LoopIngest($0, rules, seats) }
    let summary = SummaryService(
      node: NodeReports(shards: shards), shape: shape, reportBytesMax: configuration.reportBytesMax,
      now: now)
    let telemetry = Service(
      name: TelemetryService.name,
      methods: [
        TelemetryService.pushPoints.name: .bulk { PushSink($0, ingests[$0.loop.index]) },
        TelemetryService.summary.name: .streaming { requests, writer, context in
          try await summary.serve(requests, writer, context)
        },
      ])
    health = HealthRegistry(services: [TelemetryService.name])
    self.configuration = configuration
    self.shards = shards
    self.now = now
    let services = [telemetry, health.service]
    let reflection = ReflectionIndex.services(
      describing: services, files: [TelemetryService.file, Health.file])
    server = Server(
      group: group, services: services + reflection, options: configuration.serverOptions
    ) { (event: ServerEvent) in log.write(event) }
  }

  /// Listens, and is ready for calls when it returns.
  ///
  /// - Throws: `SocketError` when the address cannot be had.
  func start() async throws -> SocketAddress {
    let address = try await server.listen(
      host: configuration.listen.host, port: configuration.listen.port)
    let task = Task { [shards, now] in await Housekeeping.run(shards, now: now) }
    housekeeping.withLock { $0 = task }
    return address
  }

  /// Takes no new calls, lets those that run end for up to `grace`, then ends them.
  func stop(grace: Duration) async {
    let task = housekeeping.withLock { $0 }
    task?.cancel()
    await task?.value  // It must not come to the shards' loops once they have ended.
    // Watches are told and ended: they would hold up the shutdown until the grace is over.
    health.close()
    await server.shutdown(grace: grace)
  }
}
