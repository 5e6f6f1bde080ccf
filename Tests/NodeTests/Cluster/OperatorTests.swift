// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Testing

@testable import Node

/// Peers that say what they are told to.
private struct ScriptedPeers: PeerStatuses {
  var answers: [String: Result<String, RPCError>] = [:]

  func status(of peer: Member, timeout: Duration) async throws -> NodeStatus {
    guard let answer = answers[peer.id.text] else {
      throw RPCError(.deadlineExceeded, "late")
    }
    let id = try answer.get()
    return .with { $0.id = id }
  }
}

@Suite("What operators ask")
struct OperatorTests {
  private let own = Router.NodeIdentity(NodeID("b")!, incarnation: 7)

  private func operators(_ peers: (any PeerStatuses)?, others: [String] = []) -> OperatorService {
    var membership = Membership(own: own, ownAddress: "b:1", weight: 1, retentionSeconds: 60)
    _ = membership.configured(
      others.map { Member(id: NodeID($0)!, address: "127.0.0.1:1") }, at: 0)
    let view = membership.view
    return OperatorService(
      cluster: peers == nil ? "" : "test", shards: 3, view: { view },
      account: { .with { $0.id = "b" } }, peers: peers)
  }

  @Test("a name's place is where ingest puts it, and its owner is the view's")
  func locate() throws {
    let operators = operators(ScriptedPeers(), others: ["a", "c"])
    let names = (0..<300).map { "metric-\($0)" }
    let reply = try operators.locate(.with { $0.metrics = names })
    #expect(reply.locations.map(\.metric) == names)
    let table = operators.view().table
    for place in reply.locations {
      let hash = nameHash(place.metric)
      #expect(Int(place.partition) == Placement.partition(hash))
      #expect(Int(place.shard) == Placement(shards: 3).shard(hash))
      #expect(place.owner == table.owner(Int(place.partition))?.text && place.epoch == 2)
    }
    #expect(Set(reply.locations.map(\.owner)) == ["a", "b", "c"])
  }

  private func nameHash(_ name: String) -> UInt64 {
    let bytes = Array(name.utf8)
    return SeriesKey.hash(bytes.span.bytes, 0..<bytes.count)
  }

  @Test("a node alone owns every name, and a node that leaves alone leaves them to nobody")
  func alone() throws {
    let operators = operators(nil)
    #expect(try operators.locate(.with { $0.metrics = ["x", "y"] }).locations[1].owner == "b")
    var membership = Membership(own: own, ownAddress: "", weight: 1, retentionSeconds: 60)
    _ = membership.leaving(own, at: 0)
    let view = membership.view
    let leaving = OperatorService(
      cluster: "", shards: 1, view: { view }, account: { NodeStatus() }, peers: nil)
    #expect(try leaving.locate(.with { $0.metrics = ["x"] }).locations[0].owner == "")
  }

  @Test("what is no name is refused", arguments: ["", String(repeating: "n", count: 16_385)])
  func noName(name: String) {
    let error = #expect(throws: RPCError.self) {
      try operators(nil).locate(.with { $0.metrics = ["x", name] })
    }
    #expect(error?.status.code == .invalidArgument)
    #expect(error?.status.message.hasSuffix("not \(name.utf8.count)") == true)
  }

  @Test("so are more names than an answer holds")
  func tooMany() {
    let names = [String](repeating: "n", count: StatusLimits.namesMax + 1)
    let error = #expect(throws: RPCError.self) {
      try operators(nil).locate(.with { $0.metrics = names })
    }
    #expect(error?.status.code == .invalidArgument)
  }

  @Test("all nodes are asked, and those that do not answer say why")
  func status() async {
    var peers = ScriptedPeers()
    peers.answers["a"] = .success("a")
    peers.answers["c"] = .failure(RPCError(.unavailable, "cannot connect"))
    peers.answers["d"] = .success("x")
    let operators = operators(peers, others: ["a", "c", "d", "e"])
    let status = await operators.status(ClusterStatusRequest())
    #expect(status.cluster == "test" && status.nodes.map(\.id) == ["a", "b", "c", "d", "e"])
    #expect(
      status.nodes.map(\.error)
        == ["", "", "cannot connect", "at its address is node x", "no answer within 2s"])
    let local = await operators.status(.with { $0.local = true })
    #expect(local.nodes.map(\.id) == ["b"])
    let alone = await self.operators(nil, others: ["a"]).status(ClusterStatusRequest())
    #expect(alone.cluster == "" && alone.nodes.map(\.id) == ["b"])
  }

  @Test("a caller in a hurry gets what there is in four fifths of its time")
  func hurry() async {
    let operators = operators(ScriptedPeers(), others: ["a"])
    let status = await operators.status(ClusterStatusRequest(), deadline: .now - .seconds(1))
    #expect(status.nodes.first?.error == "no answer within 0s")
  }
}
