// SPDX-License-Identifier: Apache-2.0
import Glibc
import Proto
import Protobuf
import RPC
import Router
import Synchronization

@testable import Node

/// Three nodes of one cluster in this process, which know each other by a file.
struct TestTrio {
  static let ids = ["a", "b", "c"]

  /// One of them, with a client of its own.
  struct Member: Sendable {
    let node: TelemetryNode
    let client: NodeClient
    /// Ends when the node has reason to end.
    let ends: AsyncStream<NodeEnd>
  }

  let group: EventLoopGroup
  let members: [Member]

  /// Runs all three; `body` begins when each knows the others.
  static func run(_ body: (TestTrio) async throws -> Void) async throws {
    let path = try TemporaryFile.write("")
    defer { TemporaryFile.remove(path) }
    let group = EventLoopGroup(loops: 2)
    var lines = ""
    var members: [Member] = []
    for id in ids {
      let (member, peer) = try await start(id, peersFile: path, group)
      lines += "\(id)=\(peer.host):\(peer.port)\n"
      members.append(member)
    }
    let full = try TemporaryFile.write(lines)
    // At once, so that nobody reads half of it.
    guard rename(full, path) == 0 else { throw SystemFailure(errno: errno) }
    let trio = TestTrio(group: group, members: members)
    try await trio.waitUntilComplete()
    try await body(trio)
    for member in members { await member.client.close() }
    for member in members { await member.node.stop(grace: .zero) }
    await group.shutdown()
  }

  private static func start(
    _ id: String, peersFile: String, _ group: EventLoopGroup
  ) async throws -> (Member, SocketAddress) {
    var configuration = ServeConfiguration()
    configuration.listen.port = 0
    configuration.cluster.cluster = NodeID("test")
    configuration.cluster.nodeID = NodeID(id)
    configuration.cluster.peerListen.port = 0
    configuration.cluster.peersFile = peersFile
    // On a busy machine an answer may take long.
    configuration.cluster.peerTimeout = .seconds(60)
    let (ends, ending) = AsyncStream<NodeEnd>.makeStream()
    let node = try TelemetryNode(
      configuration, group: group, log: Log(level: .error, format: .text),
      ending: {
        ending.yield($0)
        ending.finish()
      })
    let bound = try await node.start()
    guard let peers = bound.peers else { fatalError("no listener for peers") }
    let client = NodeClient(
      HostPort(host: bound.clients.host, port: bound.clients.port), group: group)
    return (Member(node: node, client: client, ends: ends), peers)
  }

  private func waitUntilComplete() async throws {
    for member in members {
      while true {
        let report = try await member.report()
        guard let coverage = report.coverage, coverage.complete, coverage.nodes.count == 3
        else { continue }
        break
      }
    }
  }
}

extension TestTrio.Member {
  func report() async throws -> Report {
    try Report(decoding: try await client.summaryBytes(SummaryRequest()))
  }
}

extension Report {
  /// Points of all series.
  var points: Int64 { metrics.values.reduce(0) { $0 + $1.count } }
  /// Of all series.
  var sum: Double { metrics.values.reduce(0) { $0 + $1.sum } }
}
