// SPDX-License-Identifier: Apache-2.0
import Etcd
import Foundation
import RPC
import RPCServices
import Router
import Testing

@testable import Node

/// With Debian's etcd as the server.
@Suite("Peers in etcd's server", .serialized, .timeLimit(.minutes(3)))
final class EtcdSourceTests {
  private static let etcd = ForeignServer.find("etcd", of: "etcd-server")

  private let server: ForeignServer
  private let port: Int
  private let peerPort: Int
  private let group = EventLoopGroup(loops: 1)

  init() throws {
    server = try ForeignServer(Self.etcd ?? "/bin/false")
    port = try ForeignServer.freePort()
    peerPort = try ForeignServer.freePort()
  }

  private func start(data: String = "data") async throws {
    let client = "http://127.0.0.1:\(port)"
    let peer = "http://127.0.0.1:\(peerPort)"
    try await server.start(
      [
        "--data-dir", server.folder.appending(path: data).path,
        "--listen-client-urls", client, "--advertise-client-urls", client,
        "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
        "--initial-cluster", "default=\(peer)",
      ], until: "ready to serve client requests")
  }

  /// A node's source, and what it says.
  private struct Node {
    var source: any MembershipSource
    var probe = SourceProbe()
    var superseded = Signal<NodeIdentity>()
  }

  private func node(
    _ id: String, incarnation: UInt64 = 1, lease: Int64 = 2, before endpoints: [HostPort] = []
  ) throws -> Node {
    var flags = ClusterFlags()
    flags.cluster = NodeID("c")
    flags.nodeID = NodeID(id)
    flags.etcd = endpoints + [HostPort(host: "127.0.0.1", port: port)]
    flags.etcdLeaseSeconds = lease
    let configuration = try #require(try flags.configuration())
    let probe = SourceProbe()
    let superseded = Signal<NodeIdentity>()
    let source = configuration.makeSource(
      SourceContext(
        own: NodeIdentity(configuration.id, incarnation: incarnation),
        advertised: HostPort(host: "h", port: Int(incarnation)), group: group, log: probe.log,
        superseded: { superseded.give($0) }))
    probe.run(source)
    return Node(source: source, probe: probe, superseded: superseded)
  }

  private func end(_ nodes: Node...) async {
    for node in nodes { await node.probe.stop() }
    await group.shutdown()
  }

  @Test(
    "nodes find each other; one that leaves is gone at once, one that ends when its lease does",
    .enabled(if: etcd != nil, "etcd is not installed"))
  func comingAndGoing() async throws {
    try await start()
    let (a, b, c) = (try node("a"), try node("b"), try node("c"))
    for node in [a, b, c] { await node.probe.learned("a", "b", "c") }
    await b.probe.stop()
    await b.source.leave()
    await a.probe.learned("a", "c")
    await c.probe.stop()
    await a.probe.learned("a")
    await end(a)
  }

  @Test(
    "a restart of etcd, with a reset of connections, changes nothing; losing its data mends itself",
    .enabled(if: etcd != nil, "etcd is not installed"))
  func restarts() async throws {
    try await start()
    let (a, b) = (try node("a", lease: 30), try node("b", lease: 30))
    for node in [a, b] { await node.probe.learned("a", "b") }
    await server.end()
    for node in [a, b] { await node.probe.logged("the last good answer stays") }
    let counts = [a, b].map(\.probe.snapshots.count)
    try await start()
    for node in [a, b] { await node.probe.logged("works again") }
    #expect([a, b].map(\.probe.snapshots.count) == counts)
    await server.end()
    try await start(data: "empty")
    for node in [a, b] { await node.probe.logged("announced in etcd", times: 2) }
    for node in [a, b] { await node.probe.learned("a", "b") }
    await end(a, b)
  }

  @Test(
    "a node that starts again under the same id takes the key, and the older one is told",
    .enabled(if: etcd != nil, "etcd is not installed"))
  func superseding() async throws {
    try await start()
    let older = try node("a", incarnation: 1)
    await older.probe.learned("a")
    await older.probe.logged("announced")
    let newer = try node("a", incarnation: 2)
    #expect(await older.superseded.wait().incarnation == 2)
    let late = try node("a", incarnation: 1)
    #expect(await late.superseded.wait().incarnation == 2)
    // The leaving of an older one takes nothing from the newer one.
    await older.probe.stop()
    await older.source.leave()
    let b = try node("b")
    await b.probe.learned("a", "b")
    #expect(b.probe.snapshots.last?.members.first?.address == "h:2")
    #expect(newer.superseded.now == nil)
    await end(newer, late, b)
  }

  @Test(
    "a lease that is revoked, and a server that is not there, are got over",
    .enabled(if: etcd != nil, "etcd is not installed"))
  func losses() async throws {
    try await start()
    let nowhere = HostPort(host: "127.0.0.1", port: try ForeignServer.freePort())
    let a = try node("a", before: [nowhere])
    let b = try node("b")
    for node in [a, b] { await node.probe.learned("a", "b") }
    // Takes the lease away while the source goes on.
    await a.source.leave()
    await b.probe.learned("b")
    await b.probe.learned("a", "b")
    await end(a, b)
  }

  @Test(
    "an etcd that stands still changes nothing, and is followed again when it goes on",
    .enabled(if: etcd != nil, "etcd is not installed"))
  func standingStill() async throws {
    try await start()
    let (a, b) = (try node("a", lease: 6), try node("b", lease: 6))
    for node in [a, b] { await node.probe.learned("a", "b") }
    server.signal(SIGSTOP)
    for node in [a, b] { await node.probe.logged("the last good answer stays") }
    server.signal(SIGCONT)
    for node in [a, b] { await node.probe.logged("works again") }
    let c = try node("c")
    for node in [a, b] { await node.probe.learned("a", "b", "c") }
    await end(a, b, c)
  }

  @Test(
    "a watch from changes that are no longer kept says so",
    .enabled(if: etcd != nil, "etcd is not installed"))
  func compaction() async throws {
    try await start()
    let client = EtcdClient(
      HostPort(host: "127.0.0.1", port: port), group: group, timeout: .seconds(10))
    var revision: Int64 = 0
    for _ in 0..<5 { revision = try await client.put("k", "v", lease: 0) }
    let channel = Channel(host: "127.0.0.1", port: port, group: group)
    // CompactionRequest: 1 is the revision, 2 means to wait for the end.
    _ = try await channel.unary("/etcdserverpb.KV/Compact", [8, UInt8(revision), 16, 1])
    let call = try await client.watch("k", to: "l", from: 2)
    var told: Int64 = 0
    while told == 0, let response = try await call.next() { told = response.compactRevision }
    #expect(told == revision)
    await channel.close()
    await client.close()
    await group.shutdown()
  }

  @Test(
    "of three servers one may go, its leadership with it; without a majority the nodes stay",
    .enabled(if: etcd != nil, "etcd is not installed"))
  func threeServers() async throws {
    let others = [try ForeignServer(Self.etcd ?? ""), try ForeignServer(Self.etcd ?? "")]
    let servers = others + [server]
    var ports: [(client: Int, peer: Int)] = []
    for _ in others { ports.append((try ForeignServer.freePort(), try ForeignServer.freePort())) }
    ports.append((port, peerPort))
    let start = { @Sendable [ports] (index: Int) in
      let client = "http://127.0.0.1:\(ports[index].client)"
      let peer = "http://127.0.0.1:\(ports[index].peer)"
      let all = ports.enumerated().map { "n\($0)=http://127.0.0.1:\($1.peer)" }
      try await servers[index].start(
        [
          "--name", "n\(index)", "--data-dir", servers[index].folder.appending(path: "data").path,
          "--listen-client-urls", client, "--advertise-client-urls", client,
          "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
          "--initial-cluster", all.joined(separator: ","),
        ], until: "ready to serve client requests")
    }
    try await withThrowingTaskGroup { tasks in
      for index in servers.indices { tasks.addTask { try await start(index) } }
      try await tasks.waitForAll()
    }
    let endpoints = ports.dropLast().map { HostPort(host: "127.0.0.1", port: $0.client) }
    let (a, b) = (
      try node("a", lease: 30, before: endpoints), try node("b", lease: 30, before: endpoints)
    )
    for node in [a, b] { await node.probe.learned("a", "b") }
    await servers[0].end()
    let c = try node("c", lease: 30, before: endpoints)
    for node in [a, b, c] { await node.probe.learned("a", "b", "c") }
    let failures = [a, b].map { node in node.probe.lines.count { $0.contains("fails") } }
    await servers[1].end()
    for (node, count) in zip([a, b], failures) {
      await node.probe.logged("fails", times: count + 1)
    }
    try await start(1)
    let d = try node("d", lease: 30, before: endpoints)
    for node in [a, b, c, d] { await node.probe.learned("a", "b", "c", "d") }
    // Nobody was ever missed.
    #expect(a.probe.snapshots.map(\.count) == a.probe.snapshots.map(\.count).sorted())
    await end(a, b, c, d)
    for server in servers { await server.end() }
  }
}
