// SPDX-License-Identifier: Apache-2.0
import Etcd
import Protobuf
import Router
import TestKit
import Testing

@testable import Node

@Suite("Peers in etcd")
struct EtcdFoldTests {
  private static let own = NodeID("a").map { NodeIdentity($0, incarnation: 5) }
  private static let node = EtcdNode(address: "h:1", incarnation: 5, weight: 2)

  private func makeFold() throws -> EtcdFold {
    EtcdFold(prefix: "/t/", cluster: "c", own: try #require(Self.own), Self.node)
  }

  private func key(_ name: String, _ value: String) -> KeyValue {
    .with {
      $0.key = Array(name.utf8)
      $0.value = Array(value.utf8)
    }
  }

  private func put(_ name: String, _ value: String) -> Event {
    .with { $0.kv = key("/t/c/nodes/" + name, value) }
  }

  private func delete(_ name: String) -> Event {
    .with {
      $0.type = .delete
      $0.kv = key("/t/c/nodes/" + name, "")
    }
  }

  private let other = #"{"address":"i:2","incarnation":1,"weight":1}"#

  private func members(_ fold: EtcdFold) -> [String] { fold.members.map(PeerText.show).sorted() }

  @Test("the keys of a cluster lie between two names")
  func keys() throws {
    let fold = try makeFold()
    #expect(fold.ownKeyName == "/t/c/nodes/a")
    #expect(fold.prefix == "/t/c/nodes/")
    #expect(fold.prefixEnd == "/t/c/nodes0")
    #expect(fold.ownValue == #"{"address":"h:1","incarnation":5,"weight":2}"#)
  }

  @Test("nodes come and go with their keys; the node itself stays")
  func changes() throws {
    var fold = try makeFold()
    #expect(members(fold) == ["a=h:1*2"])
    fold.ranged([key("/t/c/nodes/b", other)], revision: 7)
    #expect(members(fold) == ["a=h:1*2", "b=i:2"])
    fold.changed([put("c", other), delete("b")], revision: 8)
    #expect(members(fold) == ["a=h:1*2", "c=i:2"])
    #expect(fold.revision == 8)
    fold.changed([put("a", Self.node.text), delete("a")], revision: 9)
    #expect(members(fold) == ["a=h:1*2", "c=i:2"])
    fold.ranged([], revision: 3)
    #expect(members(fold) == ["a=h:1*2"])
  }

  @Test("the own key is written when it is missing, old or changed, and once")
  func ownKey() throws {
    var fold = try makeFold()
    fold.ranged([], revision: 7)
    #expect(fold.ownKey == .missing)
    fold.announced(revision: 9)
    #expect(fold.ownKey == .announced)
    fold.changed([put("b", other)], revision: 8)
    #expect(fold.ownKey == .announced)
    fold.changed([put("a", Self.node.text)], revision: 9)
    #expect(fold.ownKey == .announced)
    fold.changed([delete("a")], revision: 10)
    #expect(fold.ownKey == .missing)
    fold.changed([put("a", #"{"address":"h:1","incarnation":4}"#)], revision: 11)
    #expect(fold.ownKey == .missing)
  }

  @Test("an etcd that has lost everything and counts anew is told again")
  func lostData() throws {
    var fold = try makeFold()
    fold.announced(revision: 900)
    fold.ranged([], revision: 1)
    #expect(fold.ownKey == .missing)
  }

  @Test("who started later under the same id has taken it")
  func taken() throws {
    var fold = try makeFold()
    fold.ranged([key("/t/c/nodes/a", #"{"address":"z:1","incarnation":6}"#)], revision: 1)
    let id = try #require(NodeID("a"))
    #expect(fold.ownKey == .taken(NodeIdentity(id, incarnation: 6)))
    #expect(members(fold) == ["a=h:1*2"])
  }

  @Test("what cannot be read leaves its node as it was, and is told until it is mended")
  func unreadable() throws {
    var fold = try makeFold()
    fold.ranged([key("/t/c/nodes/b", other), key("/t/c/nodes/x/y", other)], revision: 1)
    fold.changed([put("b", "{"), put("d", "{}")], revision: 2)
    #expect(members(fold) == ["a=h:1*2", "b=i:2"])
    #expect(
      fold.problems.keys.sorted() == ["/t/c/nodes/b", "/t/c/nodes/d", "/t/c/nodes/x/y"])
    fold.ranged([key("/t/c/nodes/b", "[]")], revision: 3)
    #expect(members(fold) == ["a=h:1*2", "b=i:2"])
    fold.changed([delete("b")], revision: 4)
    #expect(members(fold) == ["a=h:1*2"])
    #expect(fold.problems == [:])
  }

  @Test("events in any split come to what the keys are")
  func splits() throws {
    var random = SplitMix64(seed: 11)
    for _ in 0..<200 {
      var model: [String: String] = [:]
      var fold = try makeFold()
      fold.ranged([], revision: 0)
      var revision: Int64 = 0
      for _ in 0..<10 {
        var events: [Event] = []
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          revision += 1
          let name = ["b", "c", "d"][Int.random(in: 0..<3, using: &random)]
          if Bool.random(using: &random) {
            model[name] = nil
            events.append(delete(name))
          } else {
            let port = Int.random(in: 1...9, using: &random)
            model[name] = "\(name)=h:\(port)"
            events.append(put(name, #"{"address":"h:\#(port)","incarnation":1}"#))
          }
        }
        fold.changed(events, revision: revision)
      }
      #expect(members(fold) == ["a=h:1*2"] + model.values.sorted())
    }
  }

  @Test("a node's value is read back, with members that are not known yet")
  func values() throws {
    #expect(try EtcdNode(Array(Self.node.text.utf8)) == Self.node)
    let newer = #"{"zone":{"address":"x"},"address":"[::1]:2","tags":[1,2],"incarnation":"3"}"#
    #expect(
      try EtcdNode(Array(newer.utf8)) == EtcdNode(address: "[::1]:2", incarnation: 3, weight: 1))
  }

  @Test(
    "a value that tells no node says why",
    arguments: [
      ("", "its `address` is not HOST:PORT"),
      (#"{"address":"h:0","incarnation":1}"#, "its `address` is not HOST:PORT"),
      (#"{"address":"h:1","incarnation":0}"#, "its `incarnation` is not a number over 0"),
      (
        #"{"address":"h:1","incarnation":1,"weight":0}"#,
        "its `weight` is not a number from 1 to 100"
      ),
    ])
  func badValues(text: String, problem: String) {
    #expect(throws: PeerProblem(problem)) { try EtcdNode(Array(text.utf8)) }
  }
}
