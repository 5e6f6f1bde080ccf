// SPDX-License-Identifier: Apache-2.0
import Router

/// What can be chosen about a node's part in a cluster, as it is written. What it comes to, and
/// whether it goes together, is for ``ClusterConfiguration``.
struct ClusterFlags: Sendable, Hashable {
  /// Which cluster; nil: none, unless a source of peers is named.
  var cluster: NodeID?
  /// Which node of it; nil: named after the host.
  var nodeID: NodeID?
  /// Its share of partitions relative to others'.
  var nodeWeight = 1
  /// Where peers are listened to; port 0 asks the system for a free one.
  var peerListen = HostPort(host: "127.0.0.1", port: standardPort)
  /// What is told to others; nil: where it listens.
  var peerAdvertise: HostPort?
  /// A list that stays.
  var peers: [Member]?
  /// A file that is watched.
  var peersFile: String?
  /// A name that is looked up again and again.
  var peersDNS: PeerName?
  /// How often.
  var peersDNSInterval = Duration.seconds(10)
  /// Who is asked; nil: whom the system asks.
  var dnsServer: HostPort?
  /// Where etcd is reached.
  var etcd: [HostPort]?
  /// What the keys begin with.
  var etcdPrefix = "/tributary"
  /// Seconds after which etcd forgets a node that it does not hear from.
  var etcdLeaseSeconds: Int64 = 30
  /// How frames to peers are compressed.
  var linkEncoding = LinkEncoding.lz4
  /// Bytes under way to one peer.
  var peerQueueBytes = 16 << 20
  /// Bytes kept for one peer that is away.
  var hintBytesMax = 64 << 20
  /// How long a report waits for a peer's part.
  var peerTimeout = Duration.seconds(2)
}

extension ClusterFlags {
  /// The node is part of a cluster.
  var isClustered: Bool { cluster != nil || !origins.isEmpty }
}

/// How frames to peers are compressed.
enum LinkEncoding: String, Sendable, CaseIterable {
  case lz4
  case zstd
  case identity
}

extension ClusterFlags {
  /// Where peers listen unless told otherwise.
  static let standardPort = 50052

  /// The keys of a configuration file, which are also flags of `tributary serve`.
  static let flags: [Flag<ClusterFlags>] = identity + sources + links

  private static let identity: [Flag<ClusterFlags>] = [
    Flag(
      "cluster", \.cluster, ValueKind<NodeID>.nodeID("ID").or("off"),
      "name of the cluster, the same on all nodes; `tributary` when only peers are given"),
    Flag(
      "node-id", \.nodeID, ValueKind<NodeID>.nodeID("ID").or("hostname"),
      "this node's name in it; keep it for ever: names of metrics are placed by it"),
    Flag(
      "node-weight", \.nodeWeight, .count(1...RouterLimits.weightMax),
      "this node's share of the names, relative to others', unless --peers tells it"),
    Flag(
      "peer-listen", \.peerListen, .hostPort,
      "where this node listens for the others, in clear text; port 0 asks for a free one"),
    Flag(
      "peer-advertise", \.peerAdvertise, ValueKind<HostPort>.target.or("bound"),
      "where others reach this node, as etcd tells them; bound: where it listens"),
  ]

  private static let sources: [Flag<ClusterFlags>] = [
    Flag(
      "peers", \.peers, ValueKind<[Member]>.peers.or("none"),
      "the nodes, with or without this one; HOST:PORT*2 is a node of weight 2"),
    Flag(
      "peers-file", \.peersFile,
      ValueKind<String>.text("FILE", completion: .files).or("none"),
      "file of the nodes, an ID=HOST:PORT a line; read again when it changes"),
    Flag(
      "peers-dns", \.peersDNS, ValueKind<PeerName>.peerName.or("none"),
      "name of the nodes' addresses, or of SRV records whose targets begin with the nodes' ids"),
    Flag(
      "peers-dns-interval", \.peersDNSInterval, .duration(.milliseconds(100)...(.seconds(3600))),
      "how often the name is looked up"),
    Flag(
      "dns-server", \.dnsServer, ValueKind<HostPort>.nameServer.or("system"),
      "who is asked for the name"),
    Flag(
      "etcd", \.etcd, ValueKind<[HostPort]>.targets.or("none"),
      "etcd servers that the nodes announce themselves at"),
    Flag("etcd-prefix", \.etcdPrefix, .keyPrefix, "what the keys begin with"),
    Flag(
      "etcd-lease", \.etcdLeaseSeconds, .seconds(2...3600),
      "etcd forgets a node that is not heard of for so long"),
  ]

  private static let links: [Flag<ClusterFlags>] = [
    Flag("link-encoding", \.linkEncoding, .oneOf("ENCODING"), "compression of points to peers"),
    Flag(
      "peer-queue-bytes", \.peerQueueBytes, .bytes((1 << 20)...(1 << 30)),
      "points under way to one peer"),
    Flag(
      "hint-bytes-max", \.hintBytesMax, .bytes(0...(1 << 36)),
      "points kept in memory for one peer that is away; further ones are rejected"),
    Flag(
      "peer-timeout", \.peerTimeout, .duration(.milliseconds(10)...(.seconds(60))),
      "how long a report waits for a peer's part; without it, it is incomplete"),
  ]
}
