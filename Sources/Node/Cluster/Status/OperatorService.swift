// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import RPCServices
import Router

/// Answers `telemetry.ClusterService`, what operators ask: where names belong, and how the cluster
/// is. A node without a cluster answers for itself alone.
struct OperatorService: Sendable {
  /// The cluster's id; empty: none.
  let cluster: String
  /// Shards of this node.
  let shards: Int
  /// Who belongs to the cluster now.
  let view: @Sendable () -> ClusterView
  /// This node's own account.
  let account: @Sendable () async -> NodeStatus
  /// Asks peers; nil: there are none.
  let peers: (any PeerStatuses)?

  /// The service.
  ///
  /// - Parameter drain: the method of that name; nil: nobody can be told to leave.
  func service(drain: ServiceMethod? = nil) -> Service {
    let status = ServiceMethod.unary(ClusterService.status) { request, context in
      await self.status(request, deadline: context.deadline)
    }
    let locate = ServiceMethod.unary(ClusterService.locate) { request, _ in
      try self.locate(request)
    }
    return Service(
      name: ClusterService.name, methods: [status, locate] + (drain.map { [$0] } ?? []))
  }

  /// The accounts of all nodes, or of this one; in order of ids.
  func status(
    _ request: ClusterStatusRequest, deadline: ContinuousClock.Instant? = nil
  ) async -> ClusterStatus {
    let view = view()
    let timeout = timeout(.now, deadline)
    let nodes = await withTaskGroup(of: NodeStatus.self) { group in
      group.addTask { await account() }
      if let peers, !request.local {
        for peer in view.peers {
          group.addTask { await Self.account(of: peer, peers, timeout) }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    return .with {
      $0.cluster = cluster
      $0.nodes = nodes.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
    }
  }

  /// Where names belong by this node's view.
  ///
  /// - Throws: INVALID_ARGUMENT for names that no series has, or too many.
  func locate(_ request: LocateRequest) throws(RPCError) -> LocateReply {
    guard request.metrics.count <= StatusLimits.namesMax else {
      throw RPCError(
        .invalidArgument,
        "\(request.metrics.count) names are more than the \(StatusLimits.namesMax) that may be "
          + "asked for at once")
    }
    let view = view()
    let placement = Placement(shards: shards)
    var reply = LocateReply()
    for name in request.metrics {
      reply.locations.append(try Self.location(of: name, view, placement))
    }
    return reply
  }

  private static func location(
    of name: String, _ view: ClusterView, _ placement: Placement
  ) throws(RPCError) -> Location {
    guard let place = NamePlace(name, placement) else {
      throw RPCError(
        .invalidArgument, "a name has 1 to \(NamePlace.nameBytesMax) bytes, not \(name.utf8.count)")
    }
    return .with {
      $0.metric = name
      $0.partition = UInt32(place.partition)
      $0.shard = UInt32(place.shard)
      $0.owner = view.table.owner(place.partition)?.text ?? ""
      $0.epoch = view.epoch
    }
  }

  /// Leaves time to send the answer before the caller gives up.
  private func timeout(
    _ now: ContinuousClock.Instant, _ deadline: ContinuousClock.Instant?
  ) -> Duration {
    guard let deadline else { return StatusLimits.peerTimeout }
    return min(StatusLimits.peerTimeout, max(.zero, now.duration(to: deadline) * 4 / 5))
  }

  /// What a peer says, or why it says nothing.
  private static func account(
    of peer: Member, _ peers: any PeerStatuses, _ timeout: Duration
  ) async -> NodeStatus {
    let reason: String
    do {
      let status = try await peers.status(of: peer, timeout: timeout)
      if status.id == peer.id.text { return status }
      reason = "at its address is node \(status.id)"
    } catch {
      reason = PeerFailure(error, timeout: timeout).text
    }
    return .with {
      $0.id = peer.id.text
      $0.error = reason
    }
  }
}
