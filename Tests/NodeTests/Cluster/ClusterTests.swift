// SPDX-License-Identifier: Apache-2.0
import RPC
import Router
import Shard
import Testing

@testable import Node

@Suite("A node's part in its cluster, without peers")
struct ClusterTests {
  private let b = NodeIdentity(ReportNode.id("b"), incarnation: 1)

  /// Runs the part of node `a`, whose source names `b` where nobody listens.
  private func withCluster(_ body: (Cluster) async throws -> Void) async throws {
    let bench = IngestBench(loops: 1, shards: 1)
    var flags = ClusterFlags()
    flags.nodeID = ReportNode.id("a")
    flags.peers = []
    let configuration = try #require(try flags.configuration())
    let questions = PeerReportClient(group: bench.group)
    let cluster = Cluster(
      configuration, incarnation: 5,
      Cluster.Surroundings(
        group: bench.group, seats: bench.seats, ingests: bench.ingests, shape: .standard,
        marks: bench.ingests[0].marks,
        held: HeldWindows(
          shape: .standard, budget: SeriesBudget(seriesMax: 9), settleTime: .zero
        ) { bench.group.next() },
        questions: questions, now: { IngestBench.now },
        log: Log(level: .error, format: .text),
        mustStop: { Issue.record("it must stop: \($0)") }))
    await cluster.learned(
      try MembershipSnapshot(members: [Member(id: b.id, address: "127.0.0.1:1")]))
    try await body(cluster)
    await cluster.stop(leaving: false, deadline: .now)
    await questions.close()
    await bench.group.shutdown()
  }

  @Test("that the node itself leaves, or stays, is not for peers to say")
  func ownLeaving() async throws {
    try await withCluster { cluster in
      #expect(await cluster.leaving(cluster.own) == 0)
      #expect(await cluster.membership.view.isOwnMember)
      await cluster.leave()
      await cluster.staying(cluster.own)
      #expect(await !cluster.membership.view.isOwnMember)
      await cluster.stay()
      #expect(await cluster.membership.view.isOwnMember)
    }
  }

  @Test("the link to a node that left for good is let go; what it did still counts")
  func departed() async throws {
    try await withCluster { cluster in
      let link = try #require(await cluster.links[b.id])
      await link.take(Self.batch, receipt: nil)
      await cluster.left(b)
      #expect(await cluster.links.isEmpty)
      let totals = await cluster.linkTotals()
      #expect(totals.taken == 1 && totals.surrendered == 1)
      #expect(totals.rerouted == Rerouting.Tally(applied: 1, rejected: 0))
      #expect(totals.hinted == 0 && totals.takenFromLoops == 1)
    }
  }

  /// It was taken for the life that had left, and reports were complete without it, when it said
  /// that it leaves before it was met.
  @Test("a node that leaves again, in a later life, is asked until it has left")
  func leavingAgain() async throws {
    try await withCluster { cluster in
      await cluster.left(b)
      _ = await cluster.leaving(NodeIdentity(b.id, incarnation: 2))
      // What the earlier life handed over is held here.
      cluster.board.update { $0.knowledge.departed = [b] }
      #expect(cluster.board.current.knowledge.toAsk.map(\.id) == [b.id])
    }
  }

  @Test("an answer to a node that has handed over does not make it fail")
  func refusedAfterHandingOver() async throws {
    try await withCluster { cluster in
      cluster.board.update { $0.knowledge.handedOver = true }
      await cluster.heard(.mustStop("it has left"), of: b.id)
    }
  }

  private static var batch: PointColumns {
    let batch = PointColumns()
    let name = Array("m".utf8)
    let isTaken = batch.append(
      hash: ReportNode.hash("m"), nameFrom: name.span.bytes, range: 0..<1, value: 1,
      time: IngestBench.now, ordinal: 0)
    precondition(isTaken)
    return batch
  }

  @Test("a node found behind several addresses is where its latest life was")
  func severalAddresses() throws {
    let snapshot = try MembershipSnapshot(addresses: ["h:1", "h:2", "h:3", "h:4"])
    let found = [
      "h:1": b, "h:2": NodeIdentity(b.id, incarnation: 2), "h:3": b,
      "h:4": NodeIdentity(ReportNode.id("a"), incarnation: 5),
    ]
    #expect(
      snapshot.members(found: found, own: ReportNode.id("a")) == [Member(id: b.id, address: "h:2")])
  }

  @Test("acks that are not read end the stream when they are too many bytes")
  @MainActor
  func unreadAcks() async {
    let (queue, ack) = (AckQueue(), [UInt8](repeating: 0, count: 1 << 20))
    for _ in 0..<9 { queue.append(ack) }
    await #expect(throws: RPCError(.resourceExhausted, "8 acks were not read")) {
      try await queue.next(isolation: MainActor.shared)
    }
  }
}
