// SPDX-License-Identifier: Apache-2.0

/// The encoding of `grpc-message`: UTF-8 in which every byte outside printable ASCII, and `%`
/// itself, is written as `%XX`.
///
/// Source: gRPC over HTTP/2, "Percent-Encoded".
enum PercentEncoding {
  /// Text to header value.
  static func encode(_ text: String) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    encoded.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case 0x20...0x24, 0x26...0x7E:
        encoded.append(byte)
      default:
        encoded.append(UInt8(ascii: "%"))
        encoded.append(digits[Int(byte >> 4)])
        encoded.append(digits[Int(byte & 15)])
      }
    }
    return encoded
  }

  /// Header value to text. Never fails: a `%` without two hexadecimal digits stays as it is, and
  /// bytes that are no UTF-8 become U+FFFD.
  static func decode(_ value: [UInt8]) -> String {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(value.count)
    var index = 0
    while index < value.count {
      if value[index] == UInt8(ascii: "%"), index + 2 < value.count,
        let high = hexadecimal(value[index + 1]), let low = hexadecimal(value[index + 2])
      {
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(value[index])
        index += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
