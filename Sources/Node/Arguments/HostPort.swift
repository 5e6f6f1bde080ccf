// SPDX-License-Identifier: Apache-2.0

/// A host name or address, and a TCP port: `localhost:50051`, `127.0.0.1:0`, `[::1]:50051`.
struct HostPort: Sendable, Hashable, CustomStringConvertible {
  /// A name or an address, without the brackets of an IPv6 address.
  var host: String
  /// 0 to 65535; 0 asks the system for a free one where that makes sense.
  var port: Int

  /// Makes one from its parts.
  init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads a text; nil when host or port is missing, the port is out of range, or an IPv6 address
  /// lacks its brackets.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let port = Int(digits), port <= 65535
    else { return nil }
    var host = text[..<colon]
    if host.first == "[" {
      guard host.last == "]" else { return nil }
      host = host.dropFirst().dropLast()
      guard host.contains(":") else { return nil }
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty, !host.contains(where: Self.isForeign) else { return nil }
    self.init(host: String(host), port: port)
  }

  /// In no host, and some of them part one address from what is behind it.
  private static func isForeign(_ character: Character) -> Bool {
    character.isWhitespace || "[]/*,#".contains(character)
      || character.asciiValue.map { $0 < 0x20 || $0 == 0x7F } ?? false
  }

  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
