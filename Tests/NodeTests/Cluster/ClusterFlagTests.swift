// SPDX-License-Identifier: Apache-2.0
import RPC
import Router
import Testing

@testable import Node

@Suite("Flags of a cluster")
struct ClusterFlagTests {
  private func parse(_ arguments: String...) throws -> ClusterConfiguration? {
    guard case .run(let command) = try ServeCommand.parsed(arguments) else { return nil }
    return try command.chosen.cluster.configuration(hostName: "host.example")
  }

  @Test("a node is alone unless it is told otherwise")
  func alone() throws {
    #expect(try parse() == nil)
    #expect(try parse("--node-id", "a", "--peer-listen", "0.0.0.0:1") == nil)
    #expect(try parse("--peers", "a=b:1", "--peers=none") == nil)
  }

  @Test("a cluster without a source has one node, named after the host")
  func cluster() throws {
    let configuration = try #require(try parse("--cluster", "blue"))
    #expect(configuration.cluster == "blue")
    #expect(configuration.id.text == "host.example")
    #expect(configuration.origin == .list([]))
    #expect(configuration.linkEncoding == .lz4)
  }

  @Test("a source of peers makes a cluster of the standard name")
  func sources() throws {
    let list = try #require(try parse("--peers", "a=h:1*2, b=[::1]:2", "--node-id", "b"))
    #expect(list.cluster == "tributary")
    #expect(list.id.text == "b")
    #expect(
      list.origin
        == .list([
          Member(id: try #require(NodeID("a")), address: "h:1", weight: 2),
          Member(id: try #require(NodeID("b")), address: "[::1]:2"),
        ]))
    #expect(try parse("--peers-file", "f")?.origin == .file("f"))
    let dns = DNSOrigin(
      name: PeerName(name: "_p._tcp.x", kind: .services), interval: .seconds(3),
      server: HostPort(host: "::1", port: 53))
    let dnsFlags = try parse(
      "--peers-dns", "srv:_p._tcp.x", "--peers-dns-interval=3s", "--dns-server", "[::1]:53")
    #expect(dnsFlags?.origin == .dns(dns))
    let etcd = EtcdOrigin(
      endpoints: [HostPort(host: "a", port: 1), HostPort(host: "b", port: 2)],
      prefix: "/t", leaseSeconds: 5)
    let etcdFlags = try parse("--etcd", "a:1,b:2", "--etcd-prefix=/t", "--etcd-lease=5s")
    #expect(etcdFlags?.origin == .etcd(etcd))
  }

  @Test(
    "a name without a port has the standard one",
    arguments: [
      ("nodes.example", PeerName(name: "nodes.example", kind: .addresses(port: 50052))),
      ("nodes:7", PeerName(name: "nodes", kind: .addresses(port: 7))),
      ("srv:_a._tcp.b.", PeerName(name: "_a._tcp.b.", kind: .services)),
      ("a b", nil), ("srv:", nil), ("srv", nil), ("a..b", nil), ("a:0", nil), ("[::1]:5", nil),
      ("", nil),
    ])
  func names(text: String, name: PeerName?) {
    #expect(PeerName(text) == name)
    if let name { #expect(PeerName(name.description) == name) }
  }

  @Test(
    "what is wrong is said of the entry that is wrong",
    arguments: [
      (["--peers", "a=h:1,b"], "--peers: 'b' is not ID=HOST:PORT"),
      (["--peers", "a=h:1,"], "--peers: '' is not ID=HOST:PORT"),
      (["--peers", "a=h:1,b=h"], "--peers: 'h' in 'b=h' is not HOST:PORT"),
      (["--peers", "a=h:0"], "--peers: 'h:0' in 'a=h:0' is not HOST:PORT"),
      (
        ["--peers", "a!=h:1"],
        "--peers: 'a!' in 'a!=h:1' is no id; expected 1 to 63 letters, digits, `.`, `_` or `-`"
      ),
      (["--peers", "a=h:1*0"], "--peers: '0' in 'a=h:1*0' is no weight; expected 1 to 100"),
      (["--peers", "a=h:1*+2"], "--peers: '+2' in 'a=h:1*+2' is no weight; expected 1 to 100"),
      (["--peers", "a=h:1,a=h:2"], "--peers: 'a' is named twice"),
      (["--peers", "a=h:1,b=h:1"], "--peers: 'a' and 'b' have the same address h:1"),
      (["--etcd", "h:1,h"], "--etcd: 'h' is not HOST:PORT"),
      (
        ["--node-id", "a/b"],
        "--node-id: 'a/b' is not valid; expected 1 to 63 letters, digits, `.`, `_` or `-`, "
          + "or hostname"
      ),
      (
        ["--peers", "a=h:1", "--etcd", "h:1"],
        "--peers and --etcd exclude each other: only one may name the peers"
      ),
      (
        ["--etcd", "h:1", "--peer-listen", "[::]:7"],
        "--peer-listen [::]:7 is no address to reach this node at; etcd needs "
          + "--peer-advertise HOST:PORT"
      ),
      (
        ["--peers-dns", "a", "--dns-server", "localhost:53"],
        "--dns-server: 'localhost:53' is not valid; expected ADDRESS:PORT, such as 10.0.0.2:53 "
          + "or [::1]:53, or system"
      ),
    ])
  func errors(arguments: [String], message: String) {
    #expect(throws: UsageError(message)) { try ServeCommand.parsed(arguments) }
  }

  @Test("two sources in a file are an error at their place, and flags may mend it")
  func conflictInFile() throws {
    let path = try TemporaryFile.write("cluster: c\npeers-file: f\netcd: h:1\n")
    defer { TemporaryFile.remove(path) }
    let problem = "--peers-file and --etcd exclude each other: only one may name the peers"
    #expect(throws: UsageError("\(path):2:13: \(problem)")) {
      try ServeCommand.parsed(["--config", path])
    }
    #expect(try parse("--config", path, "--etcd", "none")?.origin == .file("f"))
  }

  @Test("a wrong entry in a file is an error at its place")
  func entryInFile() throws {
    let path = try TemporaryFile.write("peers: a=h:1,b\n")
    defer { TemporaryFile.remove(path) }
    #expect(throws: UsageError("\(path):1:8: peers: 'b' is not ID=HOST:PORT")) {
      try ServeCommand.parsed(["--config", path])
    }
  }

  @Test(
    "any host name becomes an id",
    arguments: [
      ("web-1.example", "web-1.example"), ("", "node"), ("ä b", "---b"),
      (String(repeating: "x", count: 64), String(repeating: "x", count: 63)),
    ])
  func hostNames(name: String, id: String) {
    #expect(ClusterFlags.nodeID(of: name).text == id)
  }

  @Test("what is shown of peers is read as the same")
  func shown() throws {
    let text = "a=h:1*100,b=[::1]:2"
    #expect(try PeerText.members(text).map(PeerText.show).joined(separator: ",") == text)
  }
}
