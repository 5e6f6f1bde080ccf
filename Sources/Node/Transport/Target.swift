// SPDX-License-Identifier: Apache-2.0
import RPC
import TributaryClient

/// The node that a client command talks to.
enum Target {
  /// Where `tributary serve` listens unless told otherwise.
  static let standard = ServeConfiguration().listen

  /// The flag of every client command.
  static func flag<Options>(_ path: any WritableKeyPath<Options, HostPort> & Sendable)
    -> Flag<Options>
  {
    Flag("target", path, .hostPort, "the node to talk to")
  }

  /// The flag of commands that send points: nodes of one cluster, of which any will do.
  static func flag<Options>(_ path: any WritableKeyPath<Options, [HostPort]> & Sendable)
    -> Flag<Options>
  {
    Flag("target", path, .targets, "where points go: one node, or several of one cluster")
  }

  /// Does work with a client of its own, and closes it afterwards.
  static func withClient<Value>(
    _ target: HostPort, _ work: (NodeClient) async throws -> Value
  ) async throws -> Value {
    let group = EventLoopGroup(loops: 1)
    let client = NodeClient(target, group: group)
    let result: Result<Value, any Error>
    do {
      result = .success(try await work(client))
    } catch {
      result = .failure(error)
    }
    await client.close()
    await group.shutdown()
    return try result.get()
  }
}

extension HostPort {
  /// As the client library has it. The port must not be 0.
  var endpoint: TributaryClient.Endpoint { TributaryClient.Endpoint(host: host, port: port) }
}
