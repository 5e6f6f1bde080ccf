// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import RPCServices
import Router
import Shard
import Testing

@testable import Node

@Suite("Questions to peers, over the network")
struct PeerReportTests {
  private static let question = ReportQuestion.with {
    ($0.cluster, $0.windowSeconds, $0.asOf) = ("test", 3600, ReportNode.now)
  }

  /// Runs a peer's server, and a client of it.
  private func withPeer(
    _ method: ServiceMethod, _ body: (PeerReportClient, Member, EventLoopGroup) async throws -> Void
  ) async throws {
    let group = EventLoopGroup(loops: 2)
    let server = Server(
      group: group, services: [Service(name: PeerService.name, methods: [method])])
    let address = try await server.listen(host: "127.0.0.1", port: 0)
    let client = PeerReportClient(group: group)
    let peer = Member(id: ReportNode.id("b"), address: "127.0.0.1:\(address.port)")
    try await body(client, peer, group)
    await client.close()
    await server.shutdown(grace: .zero)
    await group.shutdown()
  }

  @Test("a large answer comes whole, in compressed parts")
  func large() async throws {
    let names = (0..<30_000).map { "some.metric.of.a.peer.\($0)" }
    let b = await ReportNode("b", members: ["a", "b"], names: names)
    try await withPeer(b.peerService.method) { client, peer, group in
      let answer = try await client.ask(Self.question, of: peer, timeout: .seconds(60))
      #expect(answer.head.node == b.identity && answer.sections.count == 1)
      #expect(Set((0..<30_000).map { answer.sections[0].report.name($0) }) == Set(names))
      let port = try #require(HostPort(peer.address)).port
      let channel = Channel(host: "127.0.0.1", port: port, group: group)
      let call = try await channel.serverStreaming(PeerService.report, Self.question)
      var parts = 0
      while let part = try await call.call.next() {
        #expect(part.wasCompressed)
        parts += 1
      }
      #expect(parts >= 4)
      await channel.close()
    }
  }

  @Test(
    "a clock that is wrong makes a peer forget nothing", arguments: [.min, -1, 0, .max] as [Int64])
  func wrongClock(asOf: Int64) async throws {
    let b = await ReportNode("b", members: ["a", "b"], names: ["m"])
    var question = Self.question
    question.asOf = asOf
    for question in [question, Self.question] {
      var reader = AnswerReader()
      try await b.peerService.serve(question) { try reader.received($0) }
      #expect(try reader.finish().sections.map(\.report.count) == [1])
    }
  }

  @Test("a peer that cannot be connected to fails at once, with the same words")
  func refused() async throws {
    let group = EventLoopGroup(loops: 1)
    let client = PeerReportClient(group: group)
    let peer = Member(id: ReportNode.id("b"), address: "127.0.0.1:1")
    let nowhere = Member(id: ReportNode.id("c"), address: "nowhere")
    for _ in 0..<3 {
      let error = await #expect(throws: RPCError.self) {
        try await client.ask(Self.question, of: peer, timeout: .seconds(60))
      }
      #expect(error?.status.message.hasPrefix("cannot connect to 127.0.0.1:1") == true)
    }
    let error = await #expect(throws: RPCError.self) {
      try await client.ask(Self.question, of: nowhere, timeout: .seconds(60))
    }
    #expect(error?.status.message == "its address is no HOST:PORT: nowhere")
    await client.close()
    await group.shutdown()
  }

  @Test("a peer that does not answer costs its time and no more; the next question goes anew")
  func silent() async throws {
    let silent = ServiceMethod(
      PeerService.report,
      .streaming { _, _, _ in
        let (never, continuation) = AsyncStream.makeStream(of: Void.self)
        for await _ in never {}
        continuation.finish()
      })
    try await withPeer(silent) { client, peer, _ in
      for _ in 0..<3 {
        let error = await #expect(throws: RPCError.self) {
          try await client.ask(Self.question, of: peer, timeout: .milliseconds(30))
        }
        #expect(error?.status.code == .deadlineExceeded)
      }
    }
  }

  @Test("bytes that are no answer are an error")
  func malformed() async throws {
    let wrong = ServiceMethod(
      PeerService.report,
      .streaming { requests, writer, _ in
        _ = try await requests.only()
        try await writer.write([0x0A, 0x7F])
      })
    try await withPeer(wrong) { client, peer, _ in
      await #expect(throws: AnswerFault.self) {
        try await client.ask(Self.question, of: peer, timeout: .seconds(60))
      }
    }
  }

  @Test("connections to peers that are gone are closed, and made again when they are back")
  func keeping() async throws {
    let b = await ReportNode("b", members: ["a", "b"], names: ["x"])
    try await withPeer(b.peerService.method) { client, peer, _ in
      for (epoch, members) in [[], [peer], []].enumerated() {
        let answer = try await client.ask(Self.question, of: peer, timeout: .seconds(60))
        #expect(answer.sections[0].report.count == 1)
        await client.keep(only: members, epoch: UInt64(epoch + 1))
      }
      await client.close()
      await #expect(throws: RPCError.self) {
        try await client.ask(Self.question, of: peer, timeout: .seconds(60))
      }
    }
  }
}
