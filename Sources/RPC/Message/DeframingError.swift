// SPDX-License-Identifier: Apache-2.0

/// Why a stream of length-prefixed messages cannot go on.
enum DeframingError: Error, Hashable {
  /// The declared length exceeds the limit.
  case messageTooLarge(bytes: Int, bytesMax: Int)
  /// Decompressing stopped at the limit; how much would have followed is not known.
  case decompressedTooLarge(Encoding, bytesMax: Int)
  /// Flag 1 although `grpc-encoding` was absent or `identity`.
  case compressedWithoutEncoding
  /// A Compressed-Flag other than 0 and 1.
  case flagInvalid(UInt8)
  /// The codec refused the bytes.
  case corrupt(Encoding, String)
  /// The stream ended inside a message (inside its prefix: the missing bytes of the prefix).
  case truncated(bytesMissing: Int)

  /// Says whose message could not be decompressed, and what its limit was.
  init(_ error: DecompressionError, _ encoding: Encoding, bytesMax: Int) {
    switch error {
    case .corrupt(let reason): self = .corrupt(encoding, reason)
    case .tooLarge: self = .decompressedTooLarge(encoding, bytesMax: bytesMax)
    }
  }

  /// What the peer, or the application, is told.
  var status: RPCStatus {
    switch self {
    case .messageTooLarge(let bytes, let bytesMax):
      RPCStatus(
        .resourceExhausted,
        "message of \(bytes) bytes is larger than the limit of \(bytesMax) bytes")
    case .decompressedTooLarge(let encoding, let bytesMax):
      RPCStatus(
        .resourceExhausted,
        "\(encoding.rawValue) message is larger than the limit of \(bytesMax) bytes decompressed")
    case .compressedWithoutEncoding:
      RPCStatus(.internal, "message has Compressed-Flag 1, but grpc-encoding names no compression")
    case .flagInvalid(let flag):
      RPCStatus(.internal, "message has Compressed-Flag \(flag), which is neither 0 nor 1")
    case .corrupt(let encoding, let reason):
      RPCStatus(.internal, "message is not valid \(encoding.rawValue): \(reason)")
    case .truncated(let bytesMissing):
      RPCStatus(.internal, "stream ended inside a message: \(bytesMissing) bytes are missing")
    }
  }
}
