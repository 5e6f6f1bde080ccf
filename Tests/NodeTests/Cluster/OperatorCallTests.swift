// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Testing

@testable import Node

/// The calls themselves, over real connections.
@Suite("Operators' calls")
struct OperatorCallTests {
  private func withServer(
    _ services: [Service], _ body: (NodeClient, EventLoopGroup) async throws -> Void
  ) async throws {
    let group = EventLoopGroup(loops: 1)
    let server = Server(group: group, services: services)
    let address = try await server.listen(host: "127.0.0.1", port: 0)
    let client = NodeClient(HostPort(host: address.host, port: address.port), group: group)
    try await body(client, group)
    await client.close()
    await server.shutdown(grace: .zero)
    await group.shutdown()
  }

  private func operators(_ group: EventLoopGroup, peer: HostPort) -> OperatorService {
    var membership = Membership(
      own: Router.NodeIdentity(NodeID("a")!, incarnation: 1), ownAddress: "", weight: 1,
      retentionSeconds: 60)
    _ = membership.configured(
      [
        Member(id: NodeID("b")!, address: peer.description),
        Member(id: NodeID("c")!, address: "127.0.0.1:1"),
      ], at: 0)
    let view = membership.view
    return OperatorService(
      cluster: "test", shards: 2, view: { view }, account: { .with { $0.id = "a" } },
      peers: PatientStatuses(client: PeerStatusClient(cluster: "test", group: group)))
  }

  @Test("a node asks its peers and answers for all, absent ones with the reason")
  func statusAndLocate() async throws {
    let peer = Service(
      name: PeerService.name,
      methods: [
        PeerService.status.name: .unary { message, _ in
          let question = try StatusQuestion(decoding: message.bytes)
          let status = NodeStatus.with {
            $0.id = "b"
            $0.version = question.cluster
          }
          return StatusAnswer.with { $0.status = status.encoded() }.encoded()
        }
      ])
    try await withServer([peer]) { peer, group in
      let operators = operators(group, peer: peer.target)
      try await withServer([operators.service()]) { client, _ in
        let status = try await client.clusterStatus(local: false)
        #expect(status.nodes.map(\.id) == ["a", "b", "c"])
        #expect(status.nodes[1].version == "test" && status.nodes[1].error.isEmpty)
        #expect(status.nodes[2].error.hasPrefix("cannot connect to 127.0.0.1:1"))
        #expect(try await client.clusterStatus(local: true).nodes.count == 1)
        let places = try await client.locate(["x", "y"]).locations
        #expect(places.map(\.metric) == ["x", "y"] && places.allSatisfy { !$0.owner.isEmpty })
        let error = await #expect(throws: RPCError.self) {
          try await client.drain(timeout: .seconds(1)) { _ in }
        }
        #expect(error?.status.code == .unimplemented)
      }
    }
  }

  /// A node that says these steps, then ends the call so.
  private func drain(
    _ steps: [DrainProgress], _ ending: RPCError?,
    _ body: (Result<Bool, RPCError>, [DrainProgress]) -> Void
  ) async throws {
    let service = Service(
      name: ClusterService.name,
      methods: [
        ClusterService.drain.name: .streaming { requests, writer, _ in
          for try await request in requests {
            let asked = try DrainRequest(decoding: request.bytes)
            guard asked.timeoutMilliseconds == 1500 else { throw RPCError(.invalidArgument, "?") }
          }
          for step in steps { try await writer.write(step.encoded()) }
          if let ending { throw ending }
        }
      ])
    try await withServer([service]) { client, _ in
      var heard: [DrainProgress] = []
      let result: Result<Bool, RPCError>
      do {
        result = .success(try await client.drain(timeout: .milliseconds(1500)) { heard.append($0) })
      } catch let error as RPCError {
        result = .failure(error)
      }
      body(result, heard)
    }
  }

  private static let first = DrainProgress.with { $0.step = "announced" }
  private static let last = DrainProgress.with {
    $0.step = "finished"
    $0.done = true
  }

  @Test("a drain tells its steps, and is done when the node says so")
  func drained() async throws {
    try await drain([Self.first, Self.last], nil) { result, heard in
      #expect(heard == [Self.first, Self.last] && (try? result.get()) == true)
    }
  }

  @Test("a node that ends right after its last word is done, too")
  func drainedAndGone() async throws {
    try await drain([Self.last], RPCError(.unavailable, "going")) { result, _ in
      #expect((try? result.get()) == true)
    }
  }

  @Test("a drain that failed says why, and one without an end is not done")
  func notDrained() async throws {
    try await drain([Self.first], RPCError(.aborted, "points under way")) { result, _ in
      let error = #expect(throws: RPCError.self) { try result.get() }
      #expect(error?.status.message == "points under way")
    }
    try await drain([Self.first], nil) { result, _ in
      #expect((try? result.get()) == false)
    }
  }
}

/// Peers may take as long as a busy machine needs.
private struct PatientStatuses: PeerStatuses {
  let client: PeerStatusClient

  func status(of peer: Member, timeout: Duration) async throws -> NodeStatus {
    try await client.status(of: peer, timeout: .seconds(300))
  }
}
