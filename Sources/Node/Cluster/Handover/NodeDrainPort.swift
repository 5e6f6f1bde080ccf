// SPDX-License-Identifier: Apache-2.0
import RPC
import RPCServices
import Router

/// A ``Drain``'s hands in a running node.
struct NodeDrainPort: DrainPort {
  private static let reason = RPCStatus(
    .unavailable, "the node leaves the cluster; send the rest to another")

  let cluster: Cluster
  let health: HealthRegistry

  func view() async -> ClusterView { await cluster.membership.view }
  func departed() async -> [NodeIdentity] { await cluster.membership.departedIdentities }
  func left(_ identity: NodeIdentity) async { await cluster.left(identity) }
  func incarnations() async -> [NodeID: UInt64] { cluster.board.current.knowledge.incarnations }
  func leaveMembership() async { await cluster.leave() }
  func rejoinMembership() async { await cluster.stay() }

  func closeClients(within time: Duration) async {
    health.set(.notServing)
    health.set(.notServing, for: "telemetry.TelemetryService")
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await Task.sleep(for: time) }
      group.addTask { await endStreams() }
      await group.next()
      group.cancelAll()
    }
  }

  func reopenClients() async {
    for ingest in cluster.surroundings.ingests {
      ingest.loop.execute { ingest.takeStreams() }
    }
    health.set(.serving)
    health.set(.serving, for: "telemetry.TelemetryService")
  }

  /// Returns when no loop has a stream of points any more, or its task is cancelled.
  private func endStreams() async {
    let loops = cluster.surroundings.ingests.map { ingest in
      let idle = AsyncStream.makeStream(of: Never.self)
      ingest.loop.execute { ingest.refuseStreams(Self.reason) { idle.continuation.finish() } }
      return idle.stream
    }
    for loop in loops {
      for await _ in loop {}
    }
  }

  func closeLinks() async { await cluster.shutInboxes(RPCError(Self.reason)) }
  func reopenLinks() async { await cluster.reopenInboxes() }
  func pointsUnderWay() async -> [NodeID: Int64] { await cluster.pointsUnderWay() }

  func setHandedOver() async {
    cluster.board.update { $0.knowledge.handedOver = true }
  }
}

extension Cluster: ClusterMembershipPort {
  func epoch() -> UInt64 { membership.view.epoch }
  func departed() -> [NodeIdentity] { membership.departedIdentities }

  /// Takes no frames; returns when those taken are applied.
  func shutInboxes(_ refusal: RPCError) async {
    linkRefusal = refusal
    for inbox in inboxes.values { await inbox.shut(refusal) }
  }

  /// Takes frames again.
  func reopenInboxes() async {
    linkRefusal = nil
    for inbox in inboxes.values { await inbox.reopen() }
  }

  /// Points that links still have, and that loops still have for them, by peer.
  func pointsUnderWay() async -> [NodeID: Int64] {
    // What loops have goes out first: then each link has all that it will get.
    await publish()
    var points: [NodeID: Int64] = [:]
    for (id, link) in links { points[id] = await link.pointsUnderWay }
    return points
  }
}
