// SPDX-License-Identifier: Apache-2.0
import RPC
import Testing

/// A server and a channel to it, on a port of their own.
struct Pair {
  let group: EventLoopGroup
  let server: Server
  let channel: Channel
  let address: SocketAddress

  init(
    loops: Int = 2, _ services: Service..., options: ServerOptions = ServerOptions(),
    interceptors: [any ServerInterceptor] = [],
    channelOptions: ChannelOptions = ChannelOptions(),
    clientInterceptors: [any ClientInterceptor] = [],
    log: @escaping @Sendable (ServerEvent) -> Void = { _ in }
  ) async throws {
    group = EventLoopGroup(loops: loops)
    server = Server(
      group: group, services: [EchoService.service] + services, options: options,
      interceptors: interceptors, log: log)
    address = try await server.listen(host: "127.0.0.1", port: 0)
    channel = Channel(
      host: address.host, port: address.port, group: group, options: channelOptions,
      interceptors: clientInterceptors)
  }

  func end() async {
    await channel.close()
    await server.shutdown(grace: .zero)
    await group.shutdown()
  }

  /// Runs a test on a pair and ends it, however the test ends.
  static func with(_ pair: Pair, _ body: (Pair) async throws -> Void) async throws {
    do { try await body(pair) } catch {
      await pair.end()
      throw error
    }
    await pair.end()
  }
}

/// One method of a service of its own.
func service(_ name: String, _ handler: Handler) -> Service {
  Service(name: name, methods: ["Do": handler])
}

/// The error that a call ends with.
func failure<Result>(_ call: () async throws -> Result) async -> RPCStatus? {
  await #expect(throws: RPCError.self) { _ = try await call() }?.status
}
