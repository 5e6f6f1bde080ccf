// SPDX-License-Identifier: Apache-2.0

/// What the peer's `grpc-accept-encoding` says it can read. `identity` always is in it.
struct AcceptedEncodings: Sendable, Hashable {
  private var bits: UInt8 = 1 << AcceptedEncodings.position(.identity)

  /// Reads a header value; nil (no such header) accepts identity only. Encodings we do not know
  /// are passed over.
  init(_ value: [UInt8]?) {
    for name in (value ?? []).split(separator: UInt8(ascii: ",")) {
      guard let encoding = Encoding(name: name.trimmingWhiteSpace()) else { continue }
      bits |= 1 << Self.position(encoding)
    }
  }

  /// Whether the peer can read `encoding`.
  func contains(_ encoding: Encoding) -> Bool {
    bits & 1 << Self.position(encoding) != 0
  }

  /// The encoding to send with: what the application wants if the peer can read it, or identity.
  func choose(_ wanted: Encoding) -> Encoding {
    contains(wanted) ? wanted : .identity
  }

  private static func position(_ encoding: Encoding) -> UInt8 {
    switch encoding {
    case .identity: 0
    case .gzip: 1
    case .zstd: 2
    case .lz4: 3
    }
  }
}

/// A `grpc-encoding` that this runtime does not speak.
struct UnsupportedEncoding: Error, Hashable {
  /// What the header named.
  let name: String

  /// A server's answer. Send `grpc-accept-encoding` (``Encoding/acceptList``) with it.
  var serverStatus: RPCStatus {
    RPCStatus(.unimplemented, text)
  }

  /// What a client makes of a server's answer: the server was told what can be read.
  var clientStatus: RPCStatus {
    RPCStatus(.internal, text)
  }

  private var text: String {
    "grpc-encoding \(name) is not supported; supported are \(Encoding.acceptList)"
  }
}

extension Encoding {
  /// The value of `grpc-accept-encoding` that both sides send.
  static let acceptList = Encoding.allCases.map(\.rawValue).joined(separator: ",")

  /// The encoding of a coding's name; letter case matters, as in other implementations.
  init?(name: some Collection<UInt8>) {
    self.init(rawValue: String(decoding: name, as: UTF8.self))
  }

  /// Reads a `grpc-encoding`; nil (no such header) is identity.
  static func announced(_ value: [UInt8]?) throws(UnsupportedEncoding) -> Encoding {
    guard let name = value?.trimmingWhiteSpace() else { return .identity }
    guard let encoding = Encoding(name: name) else {
      throw UnsupportedEncoding(name: String(decoding: name, as: UTF8.self))
    }
    return encoding
  }
}
