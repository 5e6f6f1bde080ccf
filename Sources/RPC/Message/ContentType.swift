// SPDX-License-Identifier: Apache-2.0

/// The check of `content-type`, on requests (a server answers 415 to others) and on responses.
enum ContentType {
  /// What this runtime sends.
  static let grpc = "application/grpc"

  /// Whether a value is `application/grpc`, alone or followed by `+suffix` or `;parameters`. Case
  /// does not matter. Relatives such as `application/grpc-web` are other protocols.
  static func isGRPC(_ value: [UInt8]) -> Bool {
    let expected = Array(grpc.utf8)
    guard value.count >= expected.count,
      zip(value, expected).allSatisfy({ lowercased($0) == $1 })
    else { return false }
    let rest = value[expected.count...].trimmingWhiteSpace()
    if rest.isEmpty || rest.first == UInt8(ascii: ";") { return true }
    return value[expected.count] == UInt8(ascii: "+")
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
