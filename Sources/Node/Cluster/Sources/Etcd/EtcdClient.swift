// SPDX-License-Identifier: Apache-2.0
import Etcd
import Protobuf
import RPC
import RPCServices

/// One etcd server, in the words that membership needs. Made for one session: its connection is
/// tried once.
struct EtcdClient: Sendable {
  /// How long one answer may take.
  let timeout: Duration
  private let channel: Channel

  /// Connects when it is first asked something.
  init(_ endpoint: HostPort, group: EventLoopGroup, timeout: Duration) {
    var options = ChannelOptions()
    options.userAgent = "tributary/\(Program.version)"
    options.connectTimeout = timeout
    channel = Channel(host: endpoint.host, port: endpoint.port, group: group, options: options)
    self.timeout = timeout
  }

  /// Ends the connection.
  func close() async { await channel.close() }

  private var once: CallOptions {
    var options = CallOptions()
    options.timeout = timeout
    return options
  }

  // MARK: Keys

  /// The keys from `key` up to but not including `end`, and the revision at which they are so.
  func range(_ key: String, to end: String) async throws -> (keys: [KeyValue], revision: Int64) {
    let request = RangeRequest.with {
      $0.key = Array(key.utf8)
      $0.rangeEnd = Array(end.utf8)
    }
    let response = try await channel.unary(Kv.range, request, options: once).message
    return (response.kvs, response.header?.revision ?? 0)
  }

  /// Writes a key.
  ///
  /// - Returns: the revision that has it.
  func put(_ key: String, _ value: String, lease: Int64) async throws -> Int64 {
    let request = PutRequest.with {
      $0.key = Array(key.utf8)
      $0.value = Array(value.utf8)
      $0.lease = lease
    }
    return try await channel.unary(Kv.put, request, options: once).message.header?.revision ?? 0
  }

  /// Changes of these keys from `revision` on. etcd ends the call when it has no leader.
  func watch(_ key: String, to end: String, from revision: Int64) async throws
    -> TypedCall<WatchRequest, WatchResponse>
  {
    var options = CallOptions()
    options.metadata.append("hasleader", "true")
    let call = try await channel.open(Watch.watch, options: options)
    try await call.send(
      .with {
        $0.request = .createRequest(
          .with {
            $0.key = Array(key.utf8)
            $0.rangeEnd = Array(end.utf8)
            $0.startRevision = revision
          })
      })
    return call
  }

  // MARK: Leases

  /// A new lease.
  func grant(seconds: Int64) async throws -> Int64 {
    try await channel.unary(Lease.leaseGrant, .with { $0.ttl = seconds }, options: once).message.id
  }

  /// Makes a lease last on; false when there is none any more.
  func keepAlive(_ lease: Int64) async throws -> Bool {
    // A call of its own each time, so that each has its deadline.
    let call = try await channel.open(Lease.leaseKeepAlive, options: once)
    try await call.send(.with { $0.id = lease })
    return try await call.response().ttl > 0
  }

  /// Ends a lease and removes its keys.
  func revoke(_ lease: Int64) async throws {
    _ = try await channel.unary(Lease.leaseRevoke, .with { $0.id = lease }, options: once)
  }
}
