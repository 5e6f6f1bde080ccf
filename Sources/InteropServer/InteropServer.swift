// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Interop
internal import RPC
internal import RPCServices

/// The interoperability tests' server as a program: the test service, health and reflection.
struct InteropServer {
  private let flags: InteropFlags

  init(_ arguments: [String]) throws {
    flags = try InteropFlags(
      arguments, valued: ["port", "host", "server_id", "tls_cert_file", "tls_key_file"],
      switches: ["use_tls", "use_alts"])
    guard try !flags.isOn("use_tls"), try !flags.isOn("use_alts") else {
      throw InteropFlags.Failure("TLS is not there yet: say --use_tls=false")
    }
  }

  /// Serves until a signal comes.
  func run(until signals: borrowing TerminationSignals) async throws {
    let group = EventLoopGroup(loops: 2)
    let health = HealthRegistry(services: [TestService.name])
    let services = [testService.service, health.service]
    var options = ServerOptions()
    options.messageBytesMax = InteropLimits.messageBytesMax
    let server = Server(
      group: group,
      services: services
        + ReflectionIndex.services(
          describing: services, files: InteropService.files + [Health.file]),
      options: options)
    let address = try await listen(server)
    write("ready grpc=\(address)", to: STDOUT_FILENO)
    await signals.wait()
    health.close()
    await server.shutdown(grace: .seconds(1))
    await group.shutdown()
  }

  private var testService: InteropService {
    let host = hostName()
    return InteropService(serverID: flags["server_id"] ?? "tributary-\(host)", hostName: host)
  }

  /// Listens where `--host` says, or on this machine alone: clients that are given `localhost` may
  /// try either of its two addresses.
  private func listen(_ server: Server) async throws -> SocketAddress {
    let port = try flags.port("port", default: 10000)
    if let host = flags["host"] { return try await server.listen(host: host, port: port) }
    let address = try await server.listen(host: "127.0.0.1", port: port)
    do {
      try await server.listen(host: "::1", port: address.port)
    } catch {
      complain("interop-server: no IPv6: \(error)")
    }
    return address
  }

  private func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&name, name.count - 1) == 0 else { return "" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// One line.
func write(_ line: String, to descriptor: Int32) {
  let bytes = Array("\(line)\n".utf8)
  _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
}

/// One line on stderr.
func complain(_ line: String) { write(line, to: STDERR_FILENO) }
