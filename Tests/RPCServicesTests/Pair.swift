// SPDX-License-Identifier: Apache-2.0
import RPC

/// A server and a channel to it, in this process.
func withServer<Result>(
  _ services: [Service], options: ServerOptions = ServerOptions(),
  _ body: (Channel, Server) async throws -> Result
) async throws -> Result {
  let group = EventLoopGroup(loops: 2)
  let server = Server(group: group, services: services, options: options)
  let address = try await server.listen(host: "127.0.0.1", port: 0)
  let channel = Channel(host: address.host, port: address.port, group: group)
  let result = await Swift.Result.catching { try await body(channel, server) }
  await channel.close()
  await server.shutdown(grace: .zero)
  await group.shutdown()
  return try result.get()
}

extension Result where Failure == any Error {
  fileprivate static func catching(_ body: () async throws -> Success) async -> Result {
    do {
      return .success(try await body())
    } catch {
      return .failure(error)
    }
  }
}

/// The status with which `body` fails; OK if it does not.
func status(_ body: () async throws -> Void) async throws -> RPCStatus {
  do {
    try await body()
    return .ok
  } catch let error as RPCError {
    return error.status
  }
}
