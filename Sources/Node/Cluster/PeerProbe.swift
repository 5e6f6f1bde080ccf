// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router

/// Asks an address which node is there.
enum PeerProbe {
  private static let timeout = Duration.seconds(2)

  /// The node's identity; nil when nobody answers, or not as a node of the cluster.
  static func ask(
    _ target: HostPort, _ configuration: ClusterConfiguration, _ group: EventLoopGroup
  ) async -> Router.NodeIdentity? {
    var options = ChannelOptions()
    options.connectTimeout = timeout
    let channel = Channel(
      host: target.host, port: target.port, group: group, options: options)
    let identity = try? await ask(channel, configuration.cluster)
    await channel.close()
    return identity ?? nil
  }

  private static func ask(_ channel: Channel, _ cluster: String) async throws
    -> Router.NodeIdentity?
  {
    var options = CallOptions()
    options.timeout = timeout
    let question = StatusQuestion.with { $0.cluster = cluster }
    let response = try await channel.unary(
      PeerService.status.path, question.encoded(), options: options)
    let answer = try StatusAnswer(decoding: response.message.bytes)
    let status = try NodeStatus(decoding: answer.status)
    guard let id = NodeID(status.id), status.incarnation != 0 else { return nil }
    return Router.NodeIdentity(id, incarnation: status.incarnation)
  }
}
