// SPDX-License-Identifier: Apache-2.0

/// What all connections of a server share.
final class ServerCore: Sendable {
  let options: ServerOptions
  let interceptors: [any ServerInterceptor]
  let log: @Sendable (ServerEvent) -> Void
  private let services: [String: [String: Handler]]

  init(
    _ services: [Service], _ options: ServerOptions, _ interceptors: [any ServerInterceptor],
    _ log: @escaping @Sendable (ServerEvent) -> Void
  ) {
    self.options = options
    self.interceptors = interceptors
    self.log = log
    self.services = Dictionary(
      services.map { ($0.name, $0.methods) },
      uniquingKeysWith: { _, _ in preconditionFailure("two services of one name") })
  }

  /// Finds the handler of `/service/method`.
  func handler(_ path: String) -> Result<Handler, RPCError> {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].isEmpty else {
      return .failure(RPCError(.unimplemented, "malformed method name \(path)"))
    }
    guard let methods = services[String(parts[1])] else {
      return .failure(RPCError(.unimplemented, "unknown service \(parts[1])"))
    }
    guard let handler = methods[String(parts[2])] else {
      return .failure(
        RPCError(.unimplemented, "unknown method \(parts[2]) for service \(parts[1])"))
    }
    return .success(handler)
  }
}

/// Something that an operator may want to read about.
public enum ServerEvent: Sendable {
  /// A client is here.
  case connectionOpened(peer: String)
  /// A client is gone; `reason` is nil when both sides meant it.
  case connectionClosed(peer: String, reason: String?)
  /// A connection could not be accepted; the listener tries again.
  case acceptFailed(String)
}
