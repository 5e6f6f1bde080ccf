// SPDX-License-Identifier: Apache-2.0
import Glibc
import RPC
import Router

/// A node's part in a cluster: what its flags come to.
struct ClusterConfiguration: Sendable, Hashable {
  /// Which cluster: nodes of another one are refused.
  var cluster: String
  /// Which node of it.
  var id: NodeID
  /// Its share of partitions, unless the source of peers tells it.
  var weight: Int
  /// Where peers are listened to; port 0 asks the system for a free one.
  var listen: HostPort
  /// Where others reach the node; nil: where it listens.
  var advertise: HostPort?
  /// Who tells of other nodes.
  var origin: MembershipOrigin
  /// How frames to peers are compressed.
  var linkEncoding: Encoding
  /// Bytes under way to one peer.
  var queueBytesMax: Int
  /// Bytes kept for one peer that is away.
  var hintBytesMax: Int
  /// How long a report waits for a peer's part.
  var peerTimeout: Duration
}

/// Who tells a node which others there are.
enum MembershipOrigin: Sendable, Hashable {
  /// A list that stays; empty: there are no others.
  case list([Member])
  /// A file that is watched.
  case file(String)
  /// A name that is looked up.
  case dns(DNSOrigin)
  /// Keys in etcd.
  case etcd(EtcdOrigin)
}

/// How a name is looked up.
struct DNSOrigin: Sendable, Hashable {
  var name: PeerName
  /// From one look-up to the next.
  var interval: Duration
  /// Who is asked; nil: whom the system asks.
  var server: HostPort?
}

/// Where the nodes' keys are in etcd.
struct EtcdOrigin: Sendable, Hashable {
  /// Its servers, at least one.
  var endpoints: [HostPort]
  /// What keys begin with.
  var prefix: String
  /// Seconds after which etcd removes the key of a node that it does not hear from.
  var leaseSeconds: Int64
}

extension ClusterFlags {
  /// The flags that name a source of peers, by their names.
  var origins: [(flag: String, origin: MembershipOrigin)] {
    var origins: [(String, MembershipOrigin)] = []
    if let peers { origins.append(("peers", .list(peers))) }
    if let peersFile { origins.append(("peers-file", .file(peersFile))) }
    if let peersDNS {
      let origin = DNSOrigin(name: peersDNS, interval: peersDNSInterval, server: dnsServer)
      origins.append(("peers-dns", .dns(origin)))
    }
    if let etcd {
      let origin = EtcdOrigin(
        endpoints: etcd, prefix: etcdPrefix, leaseSeconds: etcdLeaseSeconds)
      origins.append(("etcd", .etcd(origin)))
    }
    return origins
  }

  /// What they come to; nil: the node is alone.
  ///
  /// - Parameter hostName: names the node when nothing else does.
  /// - Throws: ``UsageError`` when there is more than one source of peers, or etcd would be told an
  ///   address that leads nowhere.
  func configuration(hostName: @autoclosure () -> String = Self.hostName)
    throws(UsageError) -> ClusterConfiguration?
  {
    let origins = origins
    guard cluster != nil || !origins.isEmpty else { return nil }
    guard origins.count <= 1 else {
      let names = origins.map { "--" + $0.flag }.joined(separator: " and ")
      throw UsageError("\(names) exclude each other: only one may name the peers")
    }
    if etcd != nil, peerAdvertise == nil, ["0.0.0.0", "::"].contains(peerListen.host) {
      throw UsageError(
        "--peer-listen \(peerListen) is no address to reach this node at; etcd needs "
          + "--peer-advertise HOST:PORT")
    }
    return ClusterConfiguration(
      cluster: cluster?.text ?? "tributary", id: nodeID ?? Self.nodeID(of: hostName()),
      weight: nodeWeight, listen: peerListen, advertise: peerAdvertise,
      origin: origins.first?.origin ?? .list([]), linkEncoding: linkEncoding.encoding,
      queueBytesMax: peerQueueBytes, hintBytesMax: hintBytesMax, peerTimeout: peerTimeout)
  }

  /// What ``configuration(hostName:)`` throws, if it does, and the flags that it is about.
  var problem: (error: UsageError, flags: [String])? {
    do throws(UsageError) {
      _ = try configuration(hostName: "")
      return nil
    } catch {
      return (error, origins.count > 1 ? origins.map(\.flag) : ["peer-listen", "etcd"])
    }
  }

  /// A host's name made an id: other characters become `-`, the end is cut off. O(length).
  static func nodeID(of hostName: String) -> NodeID {
    let bytes = hostName.isEmpty ? "node".utf8[...] : hostName.utf8[...]
    let text = bytes.prefix(RouterLimits.nodeIDBytesMax).map { byte in
      let character = String(Unicode.Scalar(byte))
      return NodeID(character) == nil ? "-" : character
    }.joined()
    guard let id = NodeID(text) else { preconditionFailure("'\(text)' is no id") }
    return id
  }

  /// The name of this host.
  static var hostName: String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&bytes, bytes.count - 1) == 0 else { return "" }
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

extension LinkEncoding {
  /// As the runtime names it.
  var encoding: Encoding {
    switch self {
    case .lz4: .lz4
    case .zstd: .zstd
    case .identity: .identity
    }
  }
}
