// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Shard

/// What a node does at the word of its ``Drain``. Each returns when it is done.
protocol DrainPort: Sendable {
  /// The membership as it is now.
  func view() async -> ClusterView
  /// Nodes that have left for good.
  func departed() async -> [Router.NodeIdentity]
  /// Peers say of another that it has left.
  func left(_ identity: Router.NodeIdentity) async
  /// The newest lives that were heard of, by node.
  func incarnations() async -> [NodeID: UInt64]
  /// The own node gets no more points in its own view: all are forwarded, those of streams that are
  /// open, too.
  func leaveMembership() async
  /// It gets points again.
  func rejoinMembership() async
  /// Says NOT_SERVING, takes no streams of points any more, and ends the open ones in good order,
  /// within the time.
  func closeClients(within time: Duration) async
  /// Takes streams of points again.
  func reopenClients() async
  /// Takes no frames of peers any more; those that were taken have been applied.
  func closeLinks() async
  /// Takes frames of peers again.
  func reopenLinks() async
  /// Points that links still have, by peer: in flight, queued, kept, or on their way to the link.
  func pointsUnderWay() async -> [NodeID: Int64]
  /// From now on reports say that the node has handed over, in one place and at once.
  func setHandedOver() async
}

/// How a leaving node reaches its peers.
protocol DrainPeers: Sendable {
  /// Tells a peer of the leaving.
  func leave(_ notice: LeaveNotice, _ peer: Member) async throws -> LeaveReply
  /// Has a peer take over a `MarksPart`.
  func handOverMarks(_ part: [UInt8], to peer: Member) async throws
  /// Opens a stream of `SlicePart`s to a peer.
  func handOver(to peer: Member, timeout: Duration) async throws -> any HandOverStream
}

/// Parts on their way to a peer.
protocol HandOverStream: Sendable {
  /// Sends a part; waits while too much is under way.
  func send(_ part: [UInt8]) async throws
  /// Sends the last part and waits until the peer has taken all.
  func finish(_ part: [UInt8]) async throws -> HandOverReply
}

/// Peers over gRPC, on connections of their own: one a peer's address, made when first needed.
actor PeerCalls: DrainPeers {
  private static let timeout = Duration.seconds(2)

  private let group: EventLoopGroup
  private var channels: [String: Channel] = [:]

  init(group: EventLoopGroup) { self.group = group }

  func leave(_ notice: LeaveNotice, _ peer: Member) async throws -> LeaveReply {
    try LeaveReply(decoding: try await call(PeerService.leave.path, notice.encoded(), peer))
  }

  func handOverMarks(_ part: [UInt8], to peer: Member) async throws {
    _ = try await call(PeerService.handOverMarks.path, part, peer)
  }

  private func call(_ path: String, _ message: [UInt8], _ peer: Member) async throws -> [UInt8] {
    var options = CallOptions()
    options.timeout = Self.timeout
    do {
      return try await channel(to: peer.address).unary(path, message, options: options).message
        .bytes
    } catch {
      await drop(peer.address)
      throw error
    }
  }

  func handOver(to peer: Member, timeout: Duration) async throws -> any HandOverStream {
    var options = CallOptions()
    options.timeout = timeout
    options.encoding = .lz4
    let address = peer.address
    do {
      return HandOverCall(
        call: try await channel(to: address).open(PeerService.handOver.path, options: options))
    } catch {
      await drop(address)
      throw error
    }
  }

  /// Closes all connections.
  func close() async {
    let all = channels.values
    channels = [:]
    for channel in all { await channel.close() }
  }

  private func channel(to address: String) throws -> Channel {
    if let channel = channels[address] { return channel }
    guard let target = HostPort(address) else {
      throw RPCError(.unavailable, "its address is no HOST:PORT: \(address)")
    }
    var options = ChannelOptions()
    options.userAgent = "tributary/\(Program.version)"
    options.connectTimeout = Self.timeout
    let channel = Channel(host: target.host, port: target.port, group: group, options: options)
    channels[address] = channel
    return channel
  }

  /// The next call makes a new connection, and waits for no pause.
  private func drop(_ address: String) async {
    await channels.removeValue(forKey: address)?.close()
  }
}

/// A `HandOver` call.
private struct HandOverCall: HandOverStream {
  let call: ClientCall

  func send(_ part: [UInt8]) async throws {
    do {
      try await call.send(part)
    } catch is RPCError {
      // The call ended early; its answer tells why.
      _ = try await call.next()
      throw RPCError(.internal, "the peer answered before the last part")
    }
  }

  func finish(_ part: [UInt8]) async throws -> HandOverReply {
    try await send(part)
    try await call.finishSending()
    guard let answer = try await call.next() else {
      throw RPCError(.unimplemented, "the peer answered without a message")
    }
    return try HandOverReply(decoding: answer.bytes)
  }
}
