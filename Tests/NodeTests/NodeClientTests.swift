// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Testing

@testable import Node

@Suite("A client and a node")
struct NodeClientTests {
  private func withNode(_ body: (NodeClient) async throws -> Void) async throws {
    var configuration = ServeConfiguration()
    configuration.shards = 2
    try await TestNode.run(configuration, body)
  }

  @Test("what was acknowledged is in the next summary")
  func pushAndSummary() async throws {
    try await withNode { client in
      var frames = PointFrames()
      frames.append(name: "b", value: 1.5, time: 0)
      frames.append(name: "b", value: -2, time: 0)
      frames.append(name: "", value: 1, time: 0)
      frames.append(name: "c", value: .infinity, time: 0)
      let ack = try await client.push(frames.bytes)
      #expect(ack.pointsReceived == 3)
      #expect(ack.rejections.map(\.reason) == [.nameEmpty])
      let summary = try await client.summary(SummaryFilter())
      let b = try #require(summary.rows.first { $0.name == "b" })
      #expect((b.count, b.sum, b.avg, b.min, b.max) == (2, -0.5, -0.25, -2, 1.5))
      #expect(b.rate == 2 / Double(summary.to - summary.from))
      #expect(summary.quantiles == [0.5, 0.95, 0.99])
      #expect(summary.rows.first { $0.name == "c" }?.positiveInfinities == 1)
      #expect(summary.windowSeconds == ServeConfiguration().windowSeconds)
      #expect(summary.asOf > 0)
    }
  }

  @Test("all pages are fetched, smaller ones when names are long")
  func pages() async throws {
    try await withNode { client in
      var frames = PointFrames()
      for number in 0..<12_000 {
        let name = String(repeating: "n", count: 600) + String(number)
        frames.append(name: name, value: Double(number), time: 0)
      }
      #expect(try await client.push(frames.bytes).pointsReceived == 12_000)
      let summary = try await client.summary(SummaryFilter())
      #expect(Set(summary.rows.map(\.name)).count == 12_000)
      #expect(summary.rows.reduce(0) { $0 + $1.sum } == 12_000 * 11_999 / 2)
      #expect(try await client.summary(SummaryFilter(globs: ["*n11999"])).rows.count == 1)
    }
  }

  @Test("a client that is renewed goes on")
  func renewed() async throws {
    try await withNode { client in
      let before = try await client.summary(SummaryFilter())
      await client.renew()
      let after = try await client.summary(SummaryFilter())
      #expect(before.rows == after.rows)
    }
  }

  @Test("a node that is away is named, with what to do")
  func away() async throws {
    let group = EventLoopGroup(loops: 1)
    let client = NodeClient(HostPort(host: "127.0.0.1", port: 1), group: group)
    let error = await #expect(throws: RPCError.self) {
      try await client.summary(SummaryFilter())
    }
    let text = error.map { Failure.advice($0) } ?? ""
    #expect(text.hasPrefix("unavailable: cannot connect to 127.0.0.1:1"))
    #expect(text.hasSuffix("(is a node running there? start one with `tributary serve`)"))
    await client.close()
    await group.shutdown()
  }

  @Test("a watched health ends with the node, which does not wait for it", .timeLimit(.minutes(5)))
  func watchedHealth() async throws {
    let group = EventLoopGroup(loops: 1)
    let watch = try await TestNode.run { client in
      let channel = Channel(host: client.target.host, port: client.target.port, group: group)
      let call = try await channel.open("/grpc.health.v1.Health/Watch")
      try await call.send([])
      try await call.finishSending()
      let first = try await call.next()
      #expect(first?.bytes == [8, 1])
      return Task {
        let ending = await Self.ending(of: call)
        await channel.close()
        return ending
      }
    }
    #expect(await watch.value == .unavailable)
    await group.shutdown()
  }

  /// Takes messages until the call ends; OK when it ends well.
  private static func ending(of call: consuming ClientCall) async -> RPCStatus.Code {
    do {
      while let _ = try await call.next() {}
      return .ok
    } catch {
      return (error as? RPCError)?.status.code ?? .unknown
    }
  }

  @Test("the bench measures what it sends")
  func bench() async throws {
    try await withNode { client in
      var plan = BenchPlan()
      plan.connections = 2
      plan.streams = 2
      plan.points = 20_001
      plan.metrics = 50
      plan.warmUpPoints = 100
      plan.messagesPerFrame = 3
      plan.acks = 3
      plan.summaries = 4
      plan.summaryEvery = .zero
      let result = try await BenchRun(target: client.target, plan: plan, serverPID: nil).measure()
      #expect(result.received == 20_001)
      #expect(result.rejected == 0)
      #expect(result.streamAcks.count == 4)
      #expect(result.acks.count == 3)
      #expect(result.summaries.count == 4)
      #expect(result.summaryBytes > 0)
      let summary = try await client.summary(SummaryFilter(prefixes: ["bench.metric."]))
      #expect(summary.rows.reduce(0) { $0 + $1.count } == 20_101)
    }
  }
}
