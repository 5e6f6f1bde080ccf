// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router

/// Asks peers for their accounts.
protocol PeerStatuses: Sendable {
  /// Asks one peer.
  ///
  /// - Throws: why there is no answer.
  func status(of peer: Member, timeout: Duration) async throws -> NodeStatus
}

/// Asks over a connection of its own for each question: operators ask rarely, and a connection that
/// is made now tells whether one can be made.
struct PeerStatusClient: PeerStatuses {
  /// The cluster's id; peers of others refuse to answer.
  let cluster: String
  let group: EventLoopGroup

  func status(of peer: Member, timeout: Duration) async throws -> NodeStatus {
    guard let target = HostPort(peer.address) else {
      throw RPCError(.unavailable, "its address is no HOST:PORT: \(peer.address)")
    }
    return try await status(at: target, timeout: timeout)
  }

  /// Asks whoever listens at an address.
  func status(at target: HostPort, timeout: Duration) async throws -> NodeStatus {
    var options = ChannelOptions()
    options.userAgent = "tributary/\(Program.version)"
    options.connectTimeout = timeout
    let channel = Channel(host: target.host, port: target.port, group: group, options: options)
    let result: Result<NodeStatus, any Error>
    do {
      result = .success(try await ask(channel, timeout))
    } catch {
      result = .failure(error)
    }
    await channel.close()
    return try result.get()
  }

  private func ask(_ channel: Channel, _ timeout: Duration) async throws -> NodeStatus {
    var options = CallOptions()
    options.timeout = timeout
    let question = StatusQuestion.with { $0.cluster = cluster }
    let answer = try await channel.unary(
      PeerService.status.path, question.encoded(), options: options)
    return try NodeStatus(decoding: StatusAnswer(decoding: answer.message.bytes).status)
  }
}
