// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import RPCServices
import Router
import Shard

/// What a node of a cluster runs for and towards its peers: the ``Cluster`` with its links, and a
/// server on a listener of its own.
struct PeerSide: Sendable {
  let cluster: Cluster
  let reports: ClusterReports
  let drain: Drain
  private let calls: PeerCalls
  private let server: Server
  private let log: Log

  /// - Parameters:
  ///   - node: the node's own part of a report.
  ///   - account: the node's own account.
  ///   - health: says NOT_SERVING while the node leaves.
  init(_ cluster: Cluster, node: NodeReports, account: NodeAccount, health: HealthRegistry) {
    let configuration = cluster.configuration
    let surroundings = cluster.surroundings
    self.cluster = cluster
    log = surroundings.log
    reports = ClusterReports(
      cluster: configuration.cluster, board: cluster.board,
      peers: surroundings.questions,
      peerTimeout: configuration.peerTimeout)
    let answers = PeerReportService(
      cluster: configuration.cluster, shape: surroundings.shape, board: cluster.board, node: node,
      now: surroundings.now)
    calls = PeerCalls(group: surroundings.group)
    drain = Drain(
      cluster: configuration.cluster, own: cluster.own,
      shards: surroundings.seats.map(\.aggregator), held: surroundings.held,
      marks: surroundings.marks, port: NodeDrainPort(cluster: cluster, health: health),
      peers: calls, now: surroundings.now, log: log)
    let handOver = HandOverService(
      cluster: configuration.cluster, shape: surroundings.shape, held: surroundings.held,
      now: surroundings.now)
    let leave = LeaveService(
      cluster: configuration.cluster, membership: cluster, held: surroundings.held)
    let links = LinkService(
      inbox: { id throws(LinkRefusal) in try await cluster.inbox(of: id) },
      greeted: { await cluster.greeted($0) },
      refused: { refusal, peer in Task { await cluster.refused(refusal, of: peer) } })
    let methods = [
      ServiceMethod(
        PeerService.link,
        .streaming { requests, writer, context in
          try await links.serve(requests, writer, context)
        }),
      answers.method, handOver.method, leave.method,
      ServiceMethod(
        PeerService.status,
        .unary { message, _ in
          let question = try StatusQuestion(request: message)
          try Self.requireSame(question.cluster, configuration.cluster)
          let status = await account.status()
          return StatusAnswer.with { $0.status = status.encoded() }.encoded()
        }),
    ]
    let batches = BatchService(cluster: configuration.cluster, marks: surroundings.marks)
    var options = ServerOptions()
    options.handlersRunOnLoops = true
    server = Server(
      group: surroundings.group,
      services: [Service(name: PeerService.name, methods: methods + batches.methods)],
      options: options
    ) { [log] (event: ServerEvent) in log.write(event) }
  }

  /// Listens to peers and follows the membership from now on.
  ///
  /// - Throws: `SocketError` when the address cannot be had.
  func start() async throws -> SocketAddress {
    let listen = cluster.configuration.listen
    let address = try await server.listen(host: listen.host, port: listen.port)
    await cluster.start(at: address)
    return address
  }

  /// Ends links and streams at once: what a peer has under way it sends again, or keeps.
  ///
  /// - Parameter deadline: until then points are still delivered to peers that take them.
  func stop(leaving: Bool, deadline: ContinuousClock.Instant) async {
    await cluster.stop(leaving: leaving, deadline: deadline)
    await calls.close()
    await cluster.surroundings.questions.close()
    await server.shutdown(grace: .zero)
  }

  /// - Throws: FAILED_PRECONDITION when a peer of another cluster asks.
  static func requireSame(_ theirs: String, _ own: String) throws(RPCError) {
    guard theirs != own else { return }
    throw RPCError(
      .failedPrecondition, "this node belongs to cluster \"\(own)\", not \"\(theirs)\"")
  }
}
