// SPDX-License-Identifier: Apache-2.0
import Router
import Testing

@testable import Node

@Suite("What DNS says of peers")
struct DNSAnswerTests {
  private let addresses = PeerName(name: "n", kind: .addresses(port: 7))
  private let services = PeerName(name: "n", kind: .services)

  private func service(_ target: String, _ port: Int = 7, _ addresses: String...) -> DNSService {
    DNSService(target: target, port: port, addresses: addresses)
  }

  @Test("addresses get the port, in order and each once")
  func ofAddresses() throws {
    let answer = DNSAnswer.addresses(["10.0.0.2", "::1", "10.0.0.1", "10.0.0.2"])
    let snapshot = try answer.snapshot(of: addresses)
    #expect(snapshot.addresses == ["10.0.0.1:7", "10.0.0.2:7", "[::1]:7"])
    #expect(snapshot.members == [])
  }

  @Test("a service's target begins with the id; its first address counts, or else its name")
  func ofServices() throws {
    let answer = DNSAnswer.services([
      service("node-1.x.example", 7, "10.0.0.9", "10.0.0.10"), service("Node-0.x.example", 8),
    ])
    let snapshot = try answer.snapshot(of: services)
    #expect(
      snapshot.members.map(PeerText.show) == [
        "node-0=Node-0.x.example:8", "node-1=10.0.0.10:7",
      ])
    #expect(snapshot.addresses == [])
  }

  @Test("a name made of an address is no id", arguments: ["10-1-2-3", "fd00-0-0-0-0-0-0-1"])
  func ofUnnamedPods(label: String) throws {
    let snapshot = try DNSAnswer.services([service("\(label).x.example", 7, "10.1.2.3")])
      .snapshot(of: services)
    #expect(snapshot.members == [])
    #expect(snapshot.addresses == ["10.1.2.3:7"])
  }

  @Test("several records of one target are one node")
  func ofRepeatedTargets() throws {
    let answer = DNSAnswer.services([service("a.x", 9), service("a.x", 8), service("a.X", 0)])
    #expect(try answer.snapshot(of: services).members.map(PeerText.show) == ["a=a.x:8"])
  }

  @Test("a target that is no host's name is passed over", arguments: ["", "a.b c", "a.[x", "a./x"])
  func ofOddTargets(target: String) throws {
    let answer = DNSAnswer.services([service(target), service("b.x")])
    let snapshot = try answer.snapshot(of: services)
    #expect(snapshot.members.map(PeerText.show) == ["b=b.x:7"])
    #expect(snapshot.addresses == [])
  }

  @Test("two targets with one id are refused: nobody can tell which is meant")
  func ofAmbiguousTargets() {
    #expect(throws: PeerProblem("a.x and a.y would have the same id")) {
      try DNSAnswer.services([service("a.x"), service("a.y")]).snapshot(of: services)
    }
  }

  @Test("nobody, or too many, is no answer")
  func ofNobody() {
    #expect(throws: PeerProblem("the answer is empty")) {
      try DNSAnswer.addresses([]).snapshot(of: addresses)
    }
    #expect(throws: PeerProblem("the answer is empty")) {
      try DNSAnswer.services([service("a.x", 0)]).snapshot(of: services)
    }
    #expect(throws: PeerProblem("257 nodes are more than 256")) {
      try DNSAnswer.addresses((0..<257).map { "10.0.\($0 / 256).\($0 % 256)" })
        .snapshot(of: addresses)
    }
  }
}
