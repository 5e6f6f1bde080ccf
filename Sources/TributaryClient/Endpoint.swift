// SPDX-License-Identifier: Apache-2.0

extension TributaryClient {
  /// Where a node, or a balancer in front of nodes, takes points.
  public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// A name, or an address in numbers.
    public var host: String
    /// 1 to 65535.
    public var port: Int

    /// Makes one of its parts; `port` must be in 1...65535.
    public init(host: String, port: Int) {
      precondition((1...65_535).contains(port) && !host.isEmpty, "no endpoint: \(host):\(port)")
      self.host = host
      self.port = port
    }

    /// Reads `host:port`, with `[...]` around an IPv6 address; nil when it is something else.
    public init?(_ text: String) {
      guard let colon = text.lastIndex(of: ":"),
        let port = UInt16(text[text.index(after: colon)...]), port > 0
      else { return nil }
      var host = text[..<colon]
      if host.first == "[" && host.last == "]" {
        host = host.dropFirst().dropLast()
      } else if host.contains(":") {
        return nil
      }
      guard !host.isEmpty else { return nil }
      self.init(host: String(host), port: Int(port))
    }

    /// As it is read.
    public var description: String {
      host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
  }
}
