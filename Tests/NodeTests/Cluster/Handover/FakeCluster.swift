// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Router
import Shard
import Synchronization
import TestKit

@testable import Node

/// Nodes that hand over to each other without sockets: what they hold, the services that a leaving
/// peer calls, and their memberships.
final class FakeCluster: DrainPeers {
  static let now: Int64 = 1_700_000_000
  static let name = "test"

  let nodes: [NodeID: FakeNode]
  /// What is to fail: asked with the peer and the number of the call to it, from 1.
  let failure: @Sendable (NodeID, _ call: Int, _ isHandOver: Bool) -> Bool
  private let calls = Mutex<[NodeID: Int]>([:])

  init(
    _ ids: [String], seriesMax: Int = 1000,
    failure: @escaping @Sendable (NodeID, Int, Bool) -> Bool = { _, _, _ in false }
  ) {
    let ids = ids.compactMap(NodeID.init)
    let members = ids.map { Member(id: $0, address: $0.text) }
    nodes = Dictionary(
      uniqueKeysWithValues: ids.map {
        ($0, FakeNode($0, members: members, seriesMax: seriesMax))
      })
    self.failure = failure
  }

  subscript(_ id: String) -> FakeNode {
    guard let node = NodeID(id).flatMap({ nodes[$0] }) else { fatalError("no node \(id)") }
    return node
  }

  private func call(_ peer: Member, isHandOver: Bool) throws -> FakeNode {
    let call = calls.withLock { calls in
      calls[peer.id, default: 0] += 1
      return calls[peer.id, default: 0]
    }
    guard !failure(peer.id, call, isHandOver), let node = nodes[peer.id] else {
      throw RPCError(.unavailable, "\(peer.id) is away")
    }
    return node
  }

  func leave(_ notice: LeaveNotice, _ peer: Member) async throws -> LeaveReply {
    try await call(peer, isHandOver: false).leaves.answer(notice)
  }

  func handOverMarks(_ part: [UInt8], to peer: Member) async throws {
    guard let node = nodes[peer.id] else { throw RPCError(.unavailable, "\(peer.id) is away") }
    _ = try BatchService(cluster: Self.name, marks: node.marks).adopt(part)
  }

  func handOver(to peer: Member, timeout: Duration) async throws -> any HandOverStream {
    FakeStream(node: try call(peer, isHandOver: true))
  }

  /// A drain of a node, whose pauses take no time but move its clock.
  func drain(_ id: String, budgetMilliseconds: Int64 = 8000) -> Drain {
    let node = self[id]
    let clock = Mutex(LinkTime(milliseconds: 0))
    let time = Box(clock)
    return Drain(
      cluster: Self.name, own: node.own, shards: node.shards, held: node.held,
      marks: node.marks, port: node, peers: self, now: { Self.now },
      log: Log(level: .error, format: .text),
      clock: { time.value.withLock { $0 } },
      pause: { milliseconds in
        time.value.withLock { $0 = $0 + milliseconds }
        await node.paused()
      })
  }

  /// What a node's own answer and those of the others come to, as they are now.
  func report(asking: String, without: Set<String> = []) async -> GatheredReport {
    var knowledge = self[asking].knowledge
    knowledge.departed = self[asking].departedNow
    var gather = ReportGather(knowledge)
    for id in gather.waitingFor {
      if without.contains(id.text) {
        gather.failed(id, "gone", latency: .zero)
      } else if let node = nodes[id] {
        gather.answered(by: id, await node.answer(), latency: .zero)
      }
    }
    return gather.finish()
  }
}

/// Holds what cannot be copied, for closures.
final class Box<Value: ~Copyable>: Sendable where Value: Sendable {
  let value: Value
  init(_ value: consuming Value) { self.value = value }
}

/// Gives all parts to the service at once, when the last has come.
private final class FakeStream: HandOverStream {
  let node: FakeNode
  private let parts = Mutex<[[UInt8]]>([])

  init(node: FakeNode) { self.node = node }

  func send(_ part: [UInt8]) async throws { parts.withLock { $0.append(part) } }

  func finish(_ part: [UInt8]) async throws -> HandOverReply {
    try await send(part)
    let (messages, continuation) = AsyncStream<ReceivedMessage>.makeStream()
    for part in parts.withLock({ $0 }) {
      continuation.yield(ReceivedMessage(bytes: part, wasCompressed: false))
    }
    continuation.finish()
    return try await node.handOvers.take(messages)
  }
}

/// One node of a ``FakeCluster``.
final class FakeNode: DrainPort, ClusterMembershipPort {
  struct State {
    var membership: Membership
    var handedOver = false
    var log: [String] = []
    var underWay: [NodeID: Int64] = [:]
    var peersUnderWay: [UInt64] = []
    var incarnations: [NodeID: UInt64] = [:]
    var onPause: (@Sendable () async -> Void)?
  }

  let own: Router.NodeIdentity
  let shards: [Aggregator]
  let held: HeldWindows
  let marks = BatchBoard(shape: .standard, now: { FakeCluster.now })
  let state: Mutex<State>

  init(_ id: NodeID, members: [Member], seriesMax: Int) {
    own = Router.NodeIdentity(id, incarnation: 7)
    let budget = SeriesBudget(seriesMax: seriesMax)
    shards = (0..<2).map { _ in Aggregator(budget: budget, executor: InlineExecutor()) }
    held = HeldWindows(
      shape: .standard, budget: budget, settleTime: .zero, executor: { InlineExecutor() })
    var membership = Membership(own: own, ownAddress: id.text, weight: 1, retentionSeconds: 3660)
    _ = membership.configured(members, at: FakeCluster.now)
    state = Mutex(State(membership: membership))
  }

  var leaves: LeaveService {
    LeaveService(cluster: FakeCluster.name, membership: self, held: held)
  }

  var handOvers: HandOverService {
    HandOverService(
      cluster: FakeCluster.name, shape: .standard, held: held, now: { FakeCluster.now })
  }

  // MARK: Points and answers

  func apply(_ points: [(String, Double, age: Int64)]) async {
    for (name, value, age) in points {
      let batch = PointColumns(rowsMax: 1, nameBytesMax: 1024)
      let bytes = Array(name.utf8)
      let hash = SeriesKey.hash(bytes.span.bytes, 0..<bytes.count)
      _ = batch.append(
        hash: hash, nameFrom: bytes.span.bytes, range: 0..<bytes.count, value: value,
        time: FakeCluster.now - age, ordinal: 0)
      await shards[Placement(shards: 2).shard(hash)].apply(batch, now: FakeCluster.now)
    }
  }

  var knowledge: ClusterKnowledge {
    state.withLock {
      var knowledge = ClusterKnowledge(view: $0.membership.view)
      knowledge.handedOver = $0.handedOver
      knowledge.departed = Set($0.membership.departedIdentities)
      return knowledge
    }
  }

  var departedNow: Set<Router.NodeIdentity> { knowledge.departed }

  func answer() async -> PeerAnswer {
    let held = held
    let reports = NodeReports(shards: shards, held: { await held.report($0, asOf: $1) })
    return await reports.answer(
      knowledge.head(clock: FakeCluster.now), ReportRequest(), asOf: FakeCluster.now)
  }

  func note(_ word: String) { state.withLock { $0.log.append(word) } }
  var log: [String] { state.withLock { $0.log } }

  func paused() async {
    let action = state.withLock { $0.onPause }
    await action?()
  }

  // MARK: ClusterMembershipPort

  func leaving(_ identity: Router.NodeIdentity) async -> UInt64 {
    state.withLock {
      _ = $0.membership.leaving(identity, at: FakeCluster.now)
      return $0.peersUnderWay.isEmpty ? 0 : $0.peersUnderWay.removeFirst()
    }
  }

  func staying(_ identity: Router.NodeIdentity) async {
    state.withLock { _ = $0.membership.staying(identity, at: FakeCluster.now) }
  }

  func left(_ identity: Router.NodeIdentity) async {
    await held.left([identity], at: .now)
    state.withLock { _ = $0.membership.departed(identity, at: FakeCluster.now) }
  }

  func epoch() async -> UInt64 { state.withLock { $0.membership.view.epoch } }

  // MARK: DrainPort

  func view() async -> ClusterView { state.withLock { $0.membership.view } }
  func departed() async -> [Router.NodeIdentity] {
    state.withLock { $0.membership.departedIdentities }
  }
  func incarnations() async -> [NodeID: UInt64] { state.withLock { $0.incarnations } }
  func leaveMembership() async {
    note("leave")
    state.withLock { _ = $0.membership.leaving(own, at: FakeCluster.now) }
  }
  func rejoinMembership() async {
    note("rejoin")
    state.withLock { _ = $0.membership.staying(own, at: FakeCluster.now) }
  }
  func closeClients(within time: Duration) async { note("close clients") }
  func reopenClients() async { note("reopen clients") }
  func closeLinks() async { note("close links") }
  func reopenLinks() async { note("reopen links") }
  func pointsUnderWay() async -> [NodeID: Int64] {
    state.withLock { state in
      defer { state.underWay = [:] }
      return state.underWay
    }
  }
  func setHandedOver() async {
    note("handed over")
    state.withLock { $0.handedOver = true }
  }
}
