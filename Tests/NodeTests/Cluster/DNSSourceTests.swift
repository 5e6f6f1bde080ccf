// SPDX-License-Identifier: Apache-2.0
import Foundation
import Router
import Testing

@testable import Node

/// With dnsmasq as the server.
@Suite("Peers in DNS", .serialized, .timeLimit(.minutes(2)))
struct DNSSourceTests {
  private static let dnsmasq = ForeignServer.find("dnsmasq", of: "dnsmasq-base")

  private let server: ForeignServer
  private let port: Int
  private let probe = SourceProbe()

  init() throws {
    server = try ForeignServer(Self.dnsmasq ?? "/bin/false")
    port = try ForeignServer.freePort()
  }

  private func start(_ records: String...) async throws {
    try await server.start(
      [
        "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--no-resolv",
        "--no-hosts", "--user=\(NSUserName())", "--listen-address=127.0.0.1",
        "--bind-interfaces", "--port=\(port)", "--log-facility=-", "--local=/test/",
        "--addn-hosts=\(hosts.path)",
      ] + records, until: "started, version")
  }

  private var hosts: URL { server.folder.appending(path: "hosts") }

  private func write(_ lines: String) throws { try Data(lines.utf8).write(to: hosts) }

  private func source(_ name: String, every interval: Duration = .milliseconds(100)) throws
    -> DNSSource
  {
    DNSSource(
      DNSOrigin(
        name: try #require(PeerName(name)), interval: interval,
        server: HostPort(host: "127.0.0.1", port: port)), log: probe.log)
  }

  @Test(
    "addresses of both families are followed; an empty answer or none changes nothing",
    .enabled(if: dnsmasq != nil, "dnsmasq is not installed"))
  func addresses() async throws {
    try write("10.0.0.1 n.test\n10.0.0.2 n.test\nfd00::1 n.test\n")
    try await start()
    probe.run(try source("n.test:7"))
    await probe.learned(addresses: ["10.0.0.1:7", "10.0.0.2:7", "[fd00::1]:7"])
    try write("10.0.0.2 n.test\n10.0.0.3 n.test\n")
    server.signal(SIGHUP)
    await probe.learned(addresses: ["10.0.0.2:7", "10.0.0.3:7"])
    try write("")
    server.signal(SIGHUP)
    await probe.logged("n.test: the answer is empty")
    await server.end()
    await probe.logged("n.test: Could not contact DNS servers")
    try write("10.0.0.4 n.test\n")
    try await start()
    await probe.learned(addresses: ["10.0.0.4:7"])
    await probe.stop()
    #expect(probe.snapshots.count == 3)
    #expect(probe.lines.count { $0.contains("the source of peers fails") } == 2)
  }

  @Test(
    "the targets of services are named, and resolved by the same server",
    .enabled(if: dnsmasq != nil, "dnsmasq is not installed"))
  func services() async throws {
    try write("10.0.0.1 n-0.x.test\n")
    try await start(
      "--srv-host=_peer._tcp.x.test,n-0.x.test,7001,1,2",
      "--srv-host=_peer._tcp.x.test,n-1.x.test,7002,3,4")
    probe.run(try source("srv:_peer._tcp.x.test"))
    await probe.learned("n-0", "n-1")
    #expect(
      probe.snapshots.last?.members.map(PeerText.show) == [
        "n-0=10.0.0.1:7001", "n-1=n-1.x.test:7002",
      ])
    await probe.stop()
  }

  @Test(
    "a peer that cannot be reached has the name looked up before its time",
    .enabled(if: dnsmasq != nil, "dnsmasq is not installed"))
  func refresh() async throws {
    try write("10.0.0.1 n.test\n")
    try await start()
    let source = try source("n.test:7", every: .seconds(3600))
    probe.run(source)
    await probe.learned(addresses: ["10.0.0.1:7"])
    await server.end()
    try write("10.0.0.2 n.test\n")
    try await start()
    source.refresh()
    await probe.learned(addresses: ["10.0.0.2:7"])
    await probe.stop()
  }
}
