// SPDX-License-Identifier: Apache-2.0
internal import Shard

/// Where the next page begins: behind this name.
///
/// As text: hexadecimal digits of a version byte, the name and a checksum, so that a token that was
/// cut or made up is recognised. It holds no state of the node: any node answers any page.
public struct PageToken: Sendable, Hashable {
  private static let version: UInt8 = 1
  private static let checksumBytes = 4

  /// The last name of the page before.
  public let lastName: [UInt8]

  /// The token behind a name.
  ///
  /// - Precondition: a name is not empty.
  public init(lastName: [UInt8]) {
    precondition(!lastName.isEmpty, "a name is not empty")
    self.lastName = lastName
  }

  /// Reads a token that a report gave.
  ///
  /// - Throws: ``PageTokenError`` when this is none.
  public init(_ text: String) throws(PageTokenError) {
    guard let bytes = PageToken.unhex(text), bytes.count > 1 + PageToken.checksumBytes else {
      throw .malformed
    }
    let body = bytes.dropLast(PageToken.checksumBytes)
    guard Array(bytes.suffix(PageToken.checksumBytes)) == PageToken.checksum(body) else {
      throw .malformed
    }
    guard bytes[0] == PageToken.version else { throw .unknownVersion(bytes[0]) }
    lastName = Array(body.dropFirst())
  }

  /// The token as it is sent.
  public var text: String {
    let body = [PageToken.version] + lastName
    return PageToken.hex(body + PageToken.checksum(body[...]))
  }

  /// FNV-1a, 32 bits, highest byte first.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let hash = bytes.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: hash >> $0) }
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }

  private static func unhex(_ text: String) -> [UInt8]? {
    let digits = text.utf8.map { digit -> UInt8 in
      switch digit {
      case 0x30...0x39: digit - 0x30
      case 0x61...0x66: digit - 0x61 + 10
      default: 16
      }
    }
    guard digits.count % 2 == 0, !digits.contains(16) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}

/// Why a text is no page token.
public enum PageTokenError: Error, Hashable, CustomStringConvertible {
  /// No report gave this token, or it was cut.
  case malformed
  /// The token comes from a node of another version.
  case unknownVersion(UInt8)

  /// The fault in words.
  public var description: String {
    switch self {
    case .malformed: "the page token is none that a report gave; begin with an empty one"
    case .unknownVersion(let version):
      "the page token has version \(version), which this node does not know; "
        + "begin with an empty one"
    }
  }
}
