// SPDX-License-Identifier: Apache-2.0

/// One header or trailer field as HTTP/2 carries it: `-bin` values still in base64.
struct HeaderField: Sendable, Hashable {
  /// Lower-case ASCII.
  var name: String
  /// The value's bytes.
  var value: [UInt8]

  init(_ name: String, _ value: [UInt8]) {
    self.name = name
    self.value = value
  }

  init(_ name: String, _ value: String) {
    self.init(name, Array(value.utf8))
  }
}

extension HeaderField {
  /// Whether applications may neither see nor send a field of this name: pseudo headers, the call
  /// definition of gRPC, everything that starts with `grpc-`, and what HTTP/2 or HTTP's own framing
  /// claims (RFC 9113 8.2.2; `content-length` would be enforced against the DATA frames).
  static func isReserved(_ name: String) -> Bool {
    if name.hasPrefix(":") || name.hasPrefix("grpc-") { return true }
    switch name {
    case "te", "content-type", "user-agent", "content-length", "host", "connection", "keep-alive",
      "proxy-connection", "transfer-encoding", "upgrade":
      return true
    default:
      return false
    }
  }

  /// Whether a name is a Header-Name: `1*( 0-9 / a-z / "_" / "-" / "." )`.
  static func isLegalName(_ name: String) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
          true
        default:
          false
        }
      }
  }

  /// Whether all bytes are space or printable ASCII.
  static func isLegalText(_ value: some Sequence<UInt8>) -> Bool {
    value.allSatisfy { (0x20...0x7E).contains($0) }
  }
}
