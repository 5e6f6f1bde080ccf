// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Router
import Shard
import Synchronization
import Testing

@testable import Node

@Suite("a node that leaves")
struct DrainTests {
  private static let points = (0..<300).map { row in
    ("metric \(row % 100)", Double(row), age: Int64(row * 10))
  }

  private static func sum(_ report: PartialReport) -> Double { report.sums.reduce(0, +) }

  private static let total = points.reduce(0) { $0 + $1.1 }

  /// The report, whoever is asked, is complete and has all points once.
  private static func expectAll(
    _ cluster: FakeCluster, asking ids: [String], without: Set<String> = [], count: Int64 = 300,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async {
    for id in ids {
      let gathered = await cluster.report(asking: id, without: without)
      #expect(gathered.coverage.complete, "\(gathered.coverage)", sourceLocation: sourceLocation)
      #expect(gathered.report.counts.reduce(0, +) == count, sourceLocation: sourceLocation)
      #expect(gathered.report.count == 100, sourceLocation: sourceLocation)
      #expect(sum(gathered.report) == total * Double(count / 300), sourceLocation: sourceLocation)
    }
  }

  @Test("hands all over: every point is in every answer, before, after, and when it is gone")
  func handsOver() async throws {
    let cluster = FakeCluster(["a", "b", "c"])
    await cluster["a"].apply(Self.points)
    await Self.expectAll(cluster, asking: ["a", "b", "c"])
    let steps = Mutex<[String]>([])
    let box = Box(steps)
    try await cluster.drain("a").run(timeout: .seconds(8)) { progress in
      box.value.withLock { $0.append(progress.step) }
    }
    #expect(cluster["a"].log == ["leave", "close clients", "close links", "handed over"])
    #expect(
      box.value.withLock { $0 }
        == ["announcing", "closing", "flushing", "handing over", "leaving", "finished"])
    await Self.expectAll(cluster, asking: ["a"])
    await Self.expectAll(cluster, asking: ["b", "c"], without: ["a"])
    #expect(await cluster["b"].held.origins == [cluster["a"].own])
    #expect(await cluster["c"].held.origins == [cluster["a"].own])
  }

  @Test("hands on what it holds for others that left before")
  func handsOn() async throws {
    let cluster = FakeCluster(["a", "b", "c"])
    await cluster["a"].apply(Self.points)
    await cluster["b"].apply(Self.points)
    try await cluster.drain("a").run(timeout: .seconds(8))
    try await cluster.drain("b").run(timeout: .seconds(8))
    await Self.expectAll(cluster, asking: ["c"], without: ["a", "b"], count: 600)
  }

  @Test("tries again when a peer fails, and nothing counts twice", arguments: [1, 2, 3])
  func retries(failures: Int) async throws {
    let cluster = FakeCluster(["a", "b", "c"]) { id, call, isHandOver in
      id.text == "c" && isHandOver && call <= 1 + 2 * failures
    }
    await cluster["a"].apply(Self.points)
    try await cluster.drain("a").run(timeout: .seconds(8))
    await Self.expectAll(cluster, asking: ["b", "c"], without: ["a"])
  }

  @Test("tries again when a point arrives while it hands over")
  func disturbed() async throws {
    let cluster = FakeCluster(["a", "b"])
    let node = cluster["a"]
    // The point comes when a stream is opened: after its shard was counted, before it is done.
    let disturbing = FakeDisturbance(cluster) {
      await node.apply([("metric 0", 0, age: 0)])
    }
    await node.apply(Self.points)
    let drain = Drain(
      cluster: FakeCluster.name, own: node.own, shards: node.shards, held: node.held,
      marks: node.marks, port: node, peers: disturbing, now: { FakeCluster.now },
      log: Log(level: .error, format: .text),
      clock: { LinkTime(milliseconds: 0) }, pause: { _ in })
    try await drain.run(timeout: .seconds(8))
    let gathered = await cluster.report(asking: "b", without: ["a"])
    #expect(gathered.report.counts.reduce(0, +) == 301)
    #expect(gathered.coverage.complete)
  }

  @Test("what it has taken of clients' batches others take no more")
  func marks() async throws {
    let cluster = FakeCluster(["a", "b", "c"])
    let copy = RowOrigin(client: [1], sequence: 1, confirmed: 0, points: 3)
    var rows = RowSet(rows: 3)
    rows.insert(1)
    _ = cluster["a"].marks.claimSent(copy, rows)
    cluster["a"].marks.settle(copy.batchName, without: [])
    await cluster["a"].apply(Self.points)
    try await cluster.drain("a").run(timeout: .seconds(8))
    for id in ["b", "c"] {
      guard case .granted(let grant) = cluster[id].marks.claimSent(copy, .all(of: 3)) else {
        Issue.record("nothing is granted")
        continue
      }
      #expect(!grant.rows.contains(1) && grant.rows.count == 2 && grant.superseded.isEmpty)
    }
  }

  @Test("stays when a peer takes nothing in time, and is as before; a later drain succeeds")
  func stays() async throws {
    let isFailing = Box(Mutex(true))
    let cluster = FakeCluster(["a", "b", "c"]) { id, _, isHandOver in
      id.text == "c" && isHandOver && isFailing.value.withLock { $0 }
    }
    await cluster["a"].apply(Self.points)
    let drain = cluster.drain("a")
    // The other receiver has got its part, which is withdrawn.
    await #expect(throws: RPCError(.aborted, "c has not taken over: unavailable: c is away")) {
      try await drain.run(timeout: .seconds(8))
    }
    #expect(
      cluster["a"].log == [
        "leave", "close clients", "close links", "reopen links", "rejoin", "reopen clients",
      ])
    for id in ["a", "b", "c"] {
      #expect(await cluster[id].view().members.map(\.id.text) == ["a", "b", "c"])
      #expect(await cluster[id].held.origins.isEmpty)
    }
    await Self.expectAll(cluster, asking: ["a", "b", "c"])
    isFailing.value.withLock { $0 = false }
    try await drain.run(timeout: .seconds(8))
    await Self.expectAll(cluster, asking: ["b", "c"], without: ["a"])
    await #expect(throws: RPCError(.failedPrecondition, "the node is leaving already")) {
      try await drain.run(timeout: .seconds(8))
    }
  }

  @Test("stays when the others may hold no more series")
  func full() async throws {
    let cluster = FakeCluster(["a", "b"], seriesMax: 100)
    await cluster["a"].apply(Self.points)
    await cluster["b"].apply([("other", 1, age: 0)])
    await #expect(throws: RPCError.self) {
      try await cluster.drain("a").run(timeout: .seconds(8))
    }
    #expect(await cluster["b"].held.origins.isEmpty)
    #expect(await cluster["b"].shards[0].statistics().series >= 0)
  }

  @Test("waits for points on their way to it, and for its own")
  func waits() async throws {
    let cluster = FakeCluster(["a", "b"])
    cluster["b"].state.withLock { $0.peersUnderWay = [7, 3] }
    let b = cluster["b"].own.id
    cluster["a"].state.withLock { $0.underWay = [b: 4] }
    let reasons = Box(Mutex<[String]>([]))
    try await cluster.drain("a").run(timeout: .seconds(8)) { progress in
      reasons.value.withLock { $0.append(progress.step) }
    }
    #expect(
      reasons.value.withLock { $0 } == [
        "announcing", "announcing: 7 points are on their way from b",
        "announcing: 3 points are on their way from b", "closing", "flushing",
        "flushing: 4 points for b are not delivered", "flushing", "handing over", "leaving",
        "finished",
      ])
  }

  @Test("is refused to a node alone")
  func alone() async {
    let cluster = FakeCluster(["a"])
    let alone = RPCError(.failedPrecondition, "a node alone has nobody to hand over to")
    await #expect(throws: alone) { try await cluster.drain("a").run(timeout: .seconds(8)) }
    #expect(cluster["a"].log == [])
  }

  @Test("does not go while it is not known whether another has left")
  func undecided() async throws {
    let cluster = FakeCluster(["a", "b", "c"])
    await cluster["a"].apply(Self.points)
    // What a drain of `a` does before it switches over.
    let heading = HandOverHeading(cluster: "test", origin: cluster["a"].own, attempt: 1)
    var run = HandOverRun(
      heading, receivers: [Member(id: cluster["b"].own.id, address: "b")], withdrawals: [],
      peers: cluster, timeout: .seconds(1))
    try await run.open()
    for shard in cluster["a"].shards { try await run.send(shard, now: { FakeCluster.now }) }
    try await run.finish()
    await #expect(throws: RPCError(.aborted, "it is not known whether a@7 has left")) {
      try await cluster.drain("b").run(timeout: .seconds(8))
    }
    await cluster["b"].leaves.membership.left(cluster["a"].own)
    await cluster["c"].leaves.membership.left(cluster["a"].own)
    try await cluster.drain("b").run(timeout: .seconds(8))
    await Self.expectAll(cluster, asking: ["c"], without: ["a", "b"])
  }

  @Test(
    "asks its peers whether one that ended and runs again had left: if so it hands on what it had",
    arguments: [false, true])
  func ended(hadLeft: Bool) async throws {
    let isAway = Box(Mutex(true))
    let cluster = FakeCluster(["a", "b", "c"]) { id, _, _ in
      id.text == "c" && isAway.value.withLock { $0 }
    }
    let a = cluster["a"]
    await a.apply(Self.points)
    let heading = HandOverHeading(cluster: "test", origin: a.own, attempt: 1)
    var run = HandOverRun(
      heading, receivers: [Member(id: cluster["b"].own.id, address: "b")], withdrawals: [],
      peers: cluster, timeout: .seconds(1))
    try await run.open()
    for shard in a.shards { try await run.send(shard, now: { FakeCluster.now }) }
    try await run.finish()
    cluster["b"].state.withLock { $0.incarnations = [a.own.id: 8] }
    if hadLeft { await cluster["c"].left(a.own) }
    // As long as one cannot be asked nobody knows.
    await #expect(throws: RPCError(.aborted, "it is not known whether a@7 has left")) {
      try await cluster.drain("b").run(timeout: .seconds(8))
    }
    #expect(await cluster["b"].held.origins == [a.own])
    isAway.value.withLock { $0 = false }
    try await cluster.drain("b").run(timeout: .seconds(8))
    let gathered = await cluster.report(asking: "c", without: ["a", "b"])
    #expect(gathered.report.counts.reduce(0, +) == (hadLeft ? 300 : 0))
  }
}

/// Does something once, while an attempt is under way.
final class FakeDisturbance: DrainPeers {
  private let cluster: FakeCluster
  private let disturb: @Sendable () async -> Void
  private let isDone = Mutex(false)

  init(_ cluster: FakeCluster, _ disturb: @escaping @Sendable () async -> Void) {
    self.cluster = cluster
    self.disturb = disturb
  }

  func leave(_ notice: LeaveNotice, _ peer: Member) async throws -> LeaveReply {
    try await cluster.leave(notice, peer)
  }

  func handOverMarks(_ part: [UInt8], to peer: Member) async throws {
    try await cluster.handOverMarks(part, to: peer)
  }

  func handOver(to peer: Member, timeout: Duration) async throws -> any HandOverStream {
    let isFirst = isDone.withLock { isDone in
      defer { isDone = true }
      return !isDone
    }
    if isFirst { await disturb() }
    return try await cluster.handOver(to: peer, timeout: timeout)
  }
}
