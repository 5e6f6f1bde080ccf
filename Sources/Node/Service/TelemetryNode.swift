// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import RPCServices
import Router
import Shard
import Synchronization

/// A running node: shards, the loops' ways to them, the gRPC server in front, and its part in a
/// cluster, if it has one.
final class TelemetryNode: Sendable {
  private let configuration: ServeConfiguration
  private let shards: [Aggregator]
  private let held: HeldWindows
  private let peers: PeerSide?
  private let live: LiveHub
  private let health: HealthRegistry
  private let server: Server
  private let now: @Sendable () -> Int64
  private let housekeeping = Mutex<Task<Void, Never>?>(nil)

  /// Makes a node that does not listen yet.
  ///
  /// - Parameters:
  ///   - group: where it lives; it must outlive the node.
  ///   - clock: Unix seconds; may jump.
  ///   - ending: told when the node has reason to end.
  /// - Throws: ``UsageError`` when the configuration's numbers do not go together.
  init(
    _ configuration: ServeConfiguration, group: EventLoopGroup, log: Log,
    clock: @escaping @Sendable () -> Int64 = { WallTime.now.seconds },
    ending: @escaping @Sendable (NodeEnd) -> Void = { _ in }
  ) throws(UsageError) {
    // A clock before 1970 or absurdly far ahead is wrong, but no reason to stop.
    let now = { @Sendable in min(max(0, clock()), ShardLimits.clockSecondsMax) }
    let shape = try configuration.shape()
    let budget = SeriesBudget(seriesMax: configuration.seriesMax)
    let histograms = try configuration.histograms()
    let seats = (0..<(configuration.shards ?? group.loops.count)).map { index in
      ShardSeat(
        on: group.loops[index % group.loops.count], shape: shape, budget: budget,
        histograms: histograms)
    }
    let shards = seats.map(\.aggregator)
    let rules = IngestRules(
      shape: shape, nameBytesMax: configuration.nameBytesMax,
      seriesMax: configuration.seriesMax, now: now,
      tellHot: { log.info("hot name, its points are spread", ["name": .string($0)]) })
    let clustering = try configuration.cluster.configuration()
    let marks = BatchBoard(rules)
    let ingests = group.loops.map {
      LoopIngest($0, rules, seats, marks: marks, isMembershipKnown: clustering == nil)
    }
    let held = HeldWindows(
      shape: shape, budget: budget, histograms: histograms,
      settleTime: clustering?.peerTimeout ?? .zero
    ) { group.next() }
    let reports = NodeReports(shards: shards) { await held.report($0, asOf: $1) }
    let surroundings = Cluster.Surroundings(
      group: group, seats: seats, ingests: ingests, shape: shape, marks: marks,
      held: held,
      questions: PeerReportClient(group: group), now: now, log: log,
      mustStop: { ending(.failed($0)) })
    let cluster = clustering.map {
      Cluster($0, incarnation: UInt64(max(1, WallTime.now.nanoseconds / 1000)), surroundings)
    }
    let board = cluster?.board ?? ClusterBoard.alone
    let account = NodeAccount(shards: shards, ingests: ingests, board: board, cluster: cluster)
    let health = HealthRegistry(services: [TelemetryService.name, MetricsService.name])
    let peers = cluster.map { PeerSide($0, node: reports, account: account, health: health) }
    let operators = OperatorService(
      cluster: clustering?.cluster ?? "", shards: seats.count,
      view: { board.current.knowledge.view }, account: { await account.status() },
      peers: clustering.map { PeerStatusClient(cluster: $0.cluster, group: group) })
    let drain = DrainService(drain: peers?.drain) { ending(.drained) }
    let summary = SummaryService(
      node: reports, cluster: peers?.reports, shape: shape,
      reportBytesMax: configuration.reportBytesMax, now: now)
    let live = LiveService(summary)
    let telemetry = Service(
      name: TelemetryService.name,
      methods: [
        TelemetryService.pushPoints.name: .bulk { PushSink($0, ingests[$0.loop.index]) },
        TelemetryService.pushBatches.name: .bulk { BatchSink($0, ingests[$0.loop.index]) },
        TelemetryService.summary.name: .streaming { requests, writer, context in
          try await summary.serve(requests, writer, context)
        },
        TelemetryService.streamMetrics.name: .streaming { requests, writer, context in
          try await live.serve(requests, writer, context)
        },
      ])
    let metrics = Service(
      name: MetricsService.name,
      methods: [
        MetricsService.recordMetrics.name: .bulk { RecordSink($0, ingests[$0.loop.index]) }
      ])
    self.configuration = configuration
    self.shards = shards
    self.now = now
    self.health = health
    self.peers = peers
    self.held = held
    self.live = live.hub
    let services = [
      telemetry, metrics, operators.service(drain: drain.method), health.service,
    ]
    let reflection = ReflectionIndex.services(
      describing: services,
      files: [
        TelemetryService.file, ClusterService.file, MetricsService.file, .googleProtobufTimestamp,
        Health.file,
      ])
    server = Server(
      group: group, services: services + reflection, options: configuration.serverOptions
    ) { (event: ServerEvent) in log.write(event) }
  }

  /// Listens, first to peers and then to clients, and is ready for calls when it returns.
  ///
  /// - Throws: `SocketError` when an address cannot be had.
  func start() async throws -> BoundAddresses {
    let peerAddress = try await peers?.start()
    let address = try await server.listen(
      host: configuration.listen.host, port: configuration.listen.port)
    let task = Task { [shards, held, now] in await Housekeeping.run(shards, held, now: now) }
    housekeeping.withLock { $0 = task }
    return BoundAddresses(clients: address, peers: peerAddress)
  }

  /// Takes no new calls, lets those that run end for up to `grace`, then ends them.
  ///
  /// - Parameter leaving: the node leaves its cluster for good.
  func stop(grace: Duration, leaving: Bool = false) async {
    let deadline = ContinuousClock.now + grace
    await peers?.drain.finishIfHandedOver()
    let task = housekeeping.withLock { $0 }
    task?.cancel()
    await task?.value  // It must not come to the shards' loops once they have ended.
    // Watches are told and ended: they would hold up the shutdown until the grace is over.
    health.close()
    await live.close()
    await server.shutdown(grace: grace)
    await peers?.stop(leaving: leaving, deadline: deadline)
  }
}

/// Where a node listens.
struct BoundAddresses: Sendable {
  var clients: SocketAddress
  /// Nil: it has no peers.
  var peers: SocketAddress?
}
