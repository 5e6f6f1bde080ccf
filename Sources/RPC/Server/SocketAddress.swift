// SPDX-License-Identifier: Apache-2.0

/// Where a server listens: a host in numbers, and a port.
public struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
  /// IPv4 or IPv6, in numbers.
  public var host: String
  /// 1 to 65535.
  public var port: Int

  /// Makes an address.
  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// `HOST:PORT`, an IPv6 host in brackets.
  public var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}

/// Why a server cannot listen, or a client cannot connect.
public struct SocketError: Error, Sendable, Hashable, CustomStringConvertible {
  /// For people, as in `127.0.0.1:50051: address already in use`.
  public var description: String

  /// The address is taken by another socket.
  public var isAddressInUse: Bool
}
