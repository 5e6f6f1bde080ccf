// SPDX-License-Identifier: Apache-2.0
import Etcd
import Router

/// What etcd's keys say about the nodes of a cluster, as they change. Pure.
///
/// A key that cannot be read leaves its node as it was. The node itself is always a member, whether
/// etcd has its key at the moment or not.
struct EtcdFold: Sendable {
  /// What must be done about the node's own key.
  enum OwnKey: Sendable, Hashable {
    /// It says what it should.
    case announced
    /// It is missing, or says something else.
    case missing
    /// It is another's, who has the same id and started later.
    case taken(NodeIdentity)
  }

  /// The keys of a cluster begin so.
  let prefix: String
  /// The changes up to this revision are in it.
  private(set) var revision: Int64 = 0
  /// Why keys could not be read, by key.
  private(set) var problems: [String: String] = [:]
  private let own: NodeIdentity
  private let ownNode: EtcdNode
  private var nodes: [NodeID: EtcdNode] = [:]
  /// Before this revision, what is said of the own key is old.
  private var announcedRevision: Int64 = 0

  /// Knows only the node itself.
  init(prefix: String, cluster: String, own: NodeIdentity, _ node: EtcdNode) {
    let bare = prefix.reversed().drop { $0 == "/" }.reversed()
    self.prefix = String(bare) + "/\(cluster)/nodes/"
    self.own = own
    ownNode = node
  }

  /// The node's own key.
  var ownKeyName: String { prefix + own.id.text }
  /// What should stand there.
  var ownValue: String { ownNode.text }
  /// The first key behind those of the cluster: `0` follows `/`.
  var prefixEnd: String { String(prefix.dropLast()) + "0" }

  // MARK: Events

  /// All keys as they are at `revision`.
  mutating func ranged(_ keys: [KeyValue], revision: Int64) {
    let before = nodes
    nodes = [:]
    problems = [:]
    for key in keys { take(key, before: before) }
    self.revision = revision
    // etcd may have lost everything, and count anew.
    announcedRevision = 0
  }

  /// Changes that follow, up to `revision`.
  mutating func changed(_ events: [Event], revision: Int64) {
    for event in events {
      guard let key = event.kv else { continue }
      guard event.type == .delete else {
        take(key, before: nodes)
        continue
      }
      let name = String(decoding: key.key, as: UTF8.self)
      problems[name] = nil
      if let id = id(name) { nodes[id] = nil }
    }
    self.revision = max(self.revision, revision)
  }

  /// The own key was written; `revision` is the first that has it.
  mutating func announced(revision: Int64) { announcedRevision = revision }

  private mutating func take(_ key: KeyValue, before: [NodeID: EtcdNode]) {
    let name = String(decoding: key.key, as: UTF8.self)
    problems[name] = nil
    guard let id = id(name) else {
      problems[name] = "its end is no id"
      return
    }
    do throws(PeerProblem) {
      nodes[id] = try EtcdNode(key.value)
    } catch {
      problems[name] = error.description
      nodes[id] = before[id]
    }
  }

  private func id(_ name: String) -> NodeID? {
    name.hasPrefix(prefix) ? NodeID(String(name.dropFirst(prefix.count))) : nil
  }

  // MARK: Answers

  /// What must be done about the own key.
  var ownKey: OwnKey {
    guard let node = nodes[own.id] else {
      return revision < announcedRevision ? .announced : .missing
    }
    if node.incarnation > own.incarnation {
      return .taken(NodeIdentity(own.id, incarnation: node.incarnation))
    }
    return node == ownNode || revision < announcedRevision ? .announced : .missing
  }

  /// The nodes.
  var members: [Member] {
    var nodes = nodes
    nodes[own.id] = ownNode
    return nodes.map { Member(id: $0.key, address: $0.value.address, weight: $0.value.weight) }
  }
}
