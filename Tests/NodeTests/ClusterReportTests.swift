// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Shard
import Testing

import struct Router.NodeIdentity

@testable import Node

@Suite("A summary of a cluster")
struct ClusterReportTests {
  private func names(_ page: SummaryPage) -> [String] {
    page.summary.rows.flatMap { [String](repeating: $0.name, count: Int($0.count)) }.sorted()
  }

  @Test("holds what all nodes hold, each point once, and says that it is complete")
  func merged() async throws {
    let a = await ReportNode("a", members: ["a", "b", "c"], names: ["x", "y"])
    let b = await ReportNode("b", members: ["a", "b", "c"], names: ["y", "z"])
    let c = await ReportNode("c", members: ["a", "b", "c"])
    let page = try await a.summary(LocalPeers(b, c)).page(SummaryRequest())
    #expect(names(page) == ["x", "y", "y", "z"])
    let coverage = try #require(page.summary.coverage)
    #expect(coverage.complete && coverage.epoch == 3 && coverage.note == nil)
    #expect(coverage.nodes.map(\.id) == ["a", "b", "c"])
    #expect(coverage.nodes.allSatisfy { $0.answered && $0.incarnation == 5 })
  }

  @Test("that is not complete says who is missing and why; a strict one is an error")
  func incomplete() async throws {
    let a = await ReportNode("a", members: ["a", "b"], names: ["x"])
    let service = a.summary(LocalPeers())
    let page = try await service.page(SummaryRequest())
    #expect(names(page) == ["x"])
    #expect(
      page.summary.coverage?.note == "incomplete: b did not answer (connection refused)")
    let error = await #expect(throws: RPCError.self) {
      try await service.page(.with { $0.strict = true })
    }
    #expect(error?.status.code == .unavailable)
    #expect(
      error?.status.message
        == "the report is not complete: b did not answer (connection refused)")
  }

  @Test("that is local asks nobody and says nothing of others")
  func local() async throws {
    let a = await ReportNode("a", members: ["a", "b"], names: ["x"])
    let peers = LocalPeers()
    let page = try await a.summary(peers).page(.with { ($0.local, $0.strict) = (true, true) })
    #expect(names(page) == ["x"] && page.summary.coverage == nil && peers.timeouts.isEmpty)
  }

  @Test("of a node alone is complete")
  func alone() async throws {
    let a = await ReportNode("a", members: ["a"], names: ["x"])
    let service = SummaryService(
      node: a.reports, shape: ReportNode.shape, reportBytesMax: 1 << 20
    ) { ReportNode.now }
    let coverage = try await service.page(.with { $0.strict = true }).summary.coverage
    #expect(coverage?.complete == true && coverage?.nodes.map(\.answered) == [true])
  }

  @Test("leaves peers less time than its caller leaves it")
  func deadlines() async throws {
    let a = await ReportNode("a", members: ["a", "b"])
    let peers = LocalPeers()
    let service = a.summary(peers, peerTimeout: .seconds(1000))
    _ = try await service.page(SummaryRequest())
    _ = try await service.page(SummaryRequest(), deadline: .now + .seconds(100))
    _ = try await service.page(SummaryRequest(), deadline: .now)
    let timeouts = peers.timeouts
    #expect(timeouts[0] == .seconds(1000) && timeouts[2] == .zero)
    #expect(timeouts[1] > .zero && timeouts[1] <= .seconds(80))
  }

  @Test("in pages is the whole, and peers send no more than a page needs", arguments: [1, 3, 50])
  func pages(size: Int) async throws {
    let all = (0..<40).map { "metric.\($0)" }
    let a = await ReportNode("a", members: ["a", "b"], names: Array(all[..<25]))
    let b = await ReportNode("b", members: ["a", "b"], names: Array(all[15...]))
    let service = a.summary(LocalPeers(b))
    var request = SummaryRequest.with { $0.pageSize = Int32(size) }
    var found: [String] = []
    repeat {
      let page = try await service.page(request)
      #expect(page.summary.rows.count <= size)
      found += page.summary.rows.flatMap { [String](repeating: $0.name, count: Int($0.count)) }
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    #expect(found == (all + all[15..<25]).sorted())
    let question = ReportQuestion.with {
      ($0.cluster, $0.windowSeconds) = ("test", 3600)
      ($0.asOf, $0.pageSize) = (ReportNode.now, Int32(size + 1))
    }
    var reader = AnswerReader()
    try await b.peerService.serve(question) { try reader.received($0) }
    #expect(try reader.finish().sections[0].report.count == min(25, size + 1))
  }

  @Test("chooses at peers what it chooses at home")
  func filters() async throws {
    let a = await ReportNode("a", members: ["a", "b"], names: ["cpu.a", "mem.a"])
    let b = await ReportNode("b", members: ["a", "b"], names: ["cpu.b", "mem.b", "disk"])
    let service = a.summary(LocalPeers(b))
    #expect(names(try await service.page(.with { $0.prefixes = ["cpu."] })) == ["cpu.a", "cpu.b"])
    #expect(names(try await service.page(.with { $0.names = ["disk"] })) == ["disk"])
    #expect(names(try await service.page(.with { $0.globs = ["m*.?"] })) == ["mem.a", "mem.b"])
  }

  @Test("chooses with selectors at peers what it chooses at home")
  func selectors() async throws {
    let a = await ReportNode("a", members: ["a", "b"], names: ["cpu.a", "mem.a"])
    let b = await ReportNode("b", members: ["a", "b"], names: ["cpu.b", "mem.b", "disk"])
    let service = a.summary(LocalPeers(b))
    func chosen(_ selectors: String...) async throws -> [String] {
      names(try await service.page(.with { $0.selectors = selectors }))
    }
    #expect(try await chosen(#"{__name__=~"cpu.*"}"#) == ["cpu.a", "cpu.b"])
    #expect(try await chosen(#"{__name__=~"(c|m)[^.]+.a"}"#, "disk") == ["cpu.a", "disk", "mem.a"])
    #expect(try await chosen(#"{__name__!~".*[ab]"}"#) == ["disk"])
    #expect(try await chosen(#"cpu.a{host=""}"#) == ["cpu.a"])
    #expect(try await chosen(#"cpu.a{host!=""}"#) == [])
    #expect(try await chosen("{}").count == 5)
  }

  @Test("is refused as a whole when a pattern back-tracks without end at any node")
  func backTracking() async throws {
    let a = await ReportNode("a", members: ["a", "b"], names: ["x"])
    let long = String(repeating: "a", count: 500)
    let b = await ReportNode("b", members: ["a", "b"], names: [long])
    let pattern = SummaryRequest.with { $0.selectors = [#"{__name__=~"(a|aa)+[bc]"}"#] }
    for service in [a.summary(LocalPeers(b)), b.summary(LocalPeers(a))] {
      let error = await #expect(throws: RPCError.self) { try await service.page(pattern) }
      #expect(error?.status.code == .invalidArgument)
      #expect(error?.status.message.contains("(a|aa)+[bc]") == true)
    }
  }

  @Test("in pages of an order is the whole, in that order", arguments: [1, 3, 50])
  func orderedPages(size: Int) async throws {
    let all = (0..<40).map { "metric.\($0)" }
    let a = await ReportNode("a", members: ["a", "b"], names: Array(all[..<25]))
    let b = await ReportNode("b", members: ["a", "b"], names: Array(all[15...]))
    let service = a.summary(LocalPeers(b))
    var request = SummaryRequest.with {
      ($0.pageSize, $0.limit) = (Int32(size), 12)
      $0.orderBy = .with { $0.statistic = .count }
    }
    var found: [String] = []
    repeat {
      let page = try await service.page(request)
      #expect(page.summary.rows.count <= size)
      found += page.summary.rows.map(\.name)
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
    #expect(found == all[15..<25].sorted() + (all[..<15] + all[25...]).sorted()[..<2])
  }

  @Test("has what a node that left has handed over, and does not miss it")
  func handedOver() async throws {
    let gone = NodeIdentity(ReportNode.id("c"), incarnation: 9)
    let other = await ReportNode("z", members: ["z"], names: ["old"])
    let held = await other.reports.ask(ReportRequest(), asOf: ReportNode.now)
    let a = await ReportNode("a", members: ["a", "b", "c"], names: ["x"])
    let b = await ReportNode("b", members: ["a", "b"], names: ["y"]) { _, _ in
      [AnswerSection(origin: gone, report: held)]
    }
    let before = try await a.summary(LocalPeers(b)).page(SummaryRequest())
    #expect(names(before) == ["x", "y"] && before.summary.coverage?.complete == false)
    for node in [a, b] { node.board.update { $0.knowledge.departed = [gone] } }
    let after = try await a.summary(LocalPeers(b)).page(SummaryRequest())
    #expect(names(after) == ["old", "x", "y"] && after.summary.coverage?.complete == true)
    #expect(after.summary.coverage?.nodes[2].handedOver == true)
  }

  @Test("does not claim what is kept for others, and tells how much it is")
  func hinted() async throws {
    let a = await ReportNode("a", members: ["a", "b"])
    let b = await ReportNode("b", members: ["a", "b"])
    b.board.update { $0.knowledge.hinted = [ReportNode.id("a"): 12] }
    let coverage = try await a.summary(LocalPeers(b)).page(SummaryRequest()).summary.coverage
    #expect(coverage?.note == "incomplete: 12 points are kept for a")
  }

  @Test("is refused by peers of another cluster, or of another window")
  func refused() async throws {
    let service = await ReportNode("b", members: ["b"]).peerService
    let good = ReportQuestion.with { ($0.cluster, $0.windowSeconds) = ("test", 60) }
    let changes: [(inout ReportQuestion) -> Void] = [
      { $0.cluster = "other" }, { $0.windowSeconds = 0 }, { $0.windowSeconds = 3601 },
      { $0.pageSize = -1 }, { $0.globs = ["["] },
    ]
    try await service.serve(good) { _ in }
    for change in changes {
      var question = good
      change(&question)
      await #expect(throws: RPCError.self) { try await service.serve(question) { _ in } }
    }
  }

  @Test("of an asker whose clock is far ahead expires nothing at its peers")
  func clocks() async throws {
    let b = await ReportNode("b", members: ["b"], names: ["x"])
    for asOf in [Int64.max, 0, .min, ReportNode.now] {
      var reader = AnswerReader()
      let question = ReportQuestion.with {
        ($0.cluster, $0.windowSeconds, $0.asOf) = ("test", 3600, asOf)
      }
      try await b.peerService.serve(question) { try reader.received($0) }
      #expect(try reader.finish().sections[0].report.count == 1, "\(asOf)")
    }
  }
}
