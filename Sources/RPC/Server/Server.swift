// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// A gRPC server: services on the loops of a group, behind any number of listening addresses.
///
/// A new connection goes to the loop that has fewest; it stays there. Handlers of unary and
/// streaming methods run as tasks on the global executor, bulk sinks on the connection's loop.
public final class Server: Sendable {
  private let core: ServerCore
  private let loops: [ServerLoop]

  /// Makes a server that does not listen yet.
  ///
  /// - Parameters:
  ///   - group: where connections live; it must outlive the server.
  ///   - services: what is served; names must differ.
  ///   - interceptors: stand around every call, the first outermost.
  ///   - log: hears about connections, on any thread.
  public init(
    group: EventLoopGroup, services: [Service], options: ServerOptions = ServerOptions(),
    interceptors: [any ServerInterceptor] = [],
    log: @escaping @Sendable (ServerEvent) -> Void = { _ in }
  ) {
    core = ServerCore(services, options, interceptors, log)
    loops = group.loops.map(ServerLoop.init)
  }

  /// Starts to listen; may be called again for another address.
  ///
  /// - Parameters:
  ///   - host: a name or an address in numbers; the first address of a name is taken.
  ///   - port: 0 lets the kernel choose.
  /// - Returns: the address that was bound.
  /// - Throws: ``SocketError``.
  @discardableResult
  public func listen(host: String, port: Int) async throws -> SocketAddress {
    var descriptors: [Int32] = []
    let address: SocketAddress
    do {
      address = try Listener.bind(host: host, port: port, count: loops.count) {
        descriptors.append($1)
      }
    } catch {
      for descriptor in descriptors { Glibc.close(descriptor) }
      throw error
    }
    for (home, descriptor) in zip(loops, descriptors) {
      await home.listen(descriptor, core, among: loops)
    }
    return address
  }

  /// Stops listening at once, tells clients to go elsewhere, lets open calls end for up to `grace`,
  /// then ends them with UNAVAILABLE. Returns when no connection is left.
  public func shutdown(grace: Duration) async {
    for home in loops { await home.stopListening() }
    await withTaskGroup(of: Void.self) { group in
      for home in loops { group.addTask { await home.shutDown(grace: grace) } }
    }
  }
}
