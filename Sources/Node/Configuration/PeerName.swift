// SPDX-License-Identifier: Apache-2.0

/// A name under which the domain name system knows the nodes: `NAME` or `NAME:PORT` for addresses
/// (A and AAAA records), `srv:NAME` for SRV records.
struct PeerName: Sendable, Hashable, CustomStringConvertible {
  /// Which records.
  enum Kind: Sendable, Hashable {
    /// Addresses; the port is not in them.
    case addresses(port: Int)
    /// Targets with ports.
    case services
  }

  /// As it is looked up.
  var name: String
  /// What is looked up.
  var kind: Kind

  /// As given.
  init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// Reads a text; nil when it is none of the three forms, or the name is `srv`, which with a port
  /// would look like the third.
  init?(_ text: String) {
    if text.hasPrefix("srv:") {
      self.init(name: String(text.dropFirst(4)), kind: .services)
    } else if text.contains(":") {
      guard let target = HostPort(text), target.port > 0 else { return nil }
      self.init(name: target.host, kind: .addresses(port: target.port))
    } else {
      self.init(name: text, kind: .addresses(port: ClusterFlags.standardPort))
    }
    guard Self.isName(name), kind == .services || name != "srv" else { return nil }
  }

  var description: String {
    switch kind {
    case .addresses(let port): "\(name):\(port)"
    case .services: "srv:\(name)"
    }
  }

  /// Labels of at most 63 bytes, at most 253 together; a final dot says that the name is whole.
  private static func isName(_ text: String) -> Bool {
    let whole = text.hasSuffix(".") ? text.dropLast() : text[...]
    guard (1...253).contains(whole.utf8.count) else { return false }
    return whole.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.utf8.allSatisfy(isAllowed)
    }
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
    default: false
    }
  }
}
