// SPDX-License-Identifier: Apache-2.0
import RPC

@testable import Node

/// A node in this process, on a port of its own.
enum TestNode {
  /// Runs a node and a client of it.
  static func run<Value: Sendable>(
    _ configuration: ServeConfiguration = ServeConfiguration(), loops: Int = 2,
    clock: @escaping @Sendable () -> Int64 = { WallTime.now.seconds },
    _ body: (NodeClient) async throws -> Value
  ) async throws -> Value {
    var configuration = configuration
    configuration.listen.port = 0
    let group = EventLoopGroup(loops: loops)
    let log = Log(level: .error, format: .text)
    let node = try TelemetryNode(configuration, group: group, log: log, clock: clock)
    let address = try await node.start().clients
    let client = NodeClient(HostPort(host: address.host, port: address.port), group: group)
    let value = try await body(client)
    await client.close()
    // Nothing should have to be waited for.
    await node.stop(grace: .seconds(3600))
    await group.shutdown()
    return value
  }
}
