// SPDX-License-Identifier: Apache-2.0

/// Where the next page of an answer begins, and of which answer.
///
/// As text: hexadecimal digits of a version byte, the fields and a checksum, so that a token that
/// was cut or made up is recognised. It holds no state of the node: any node answers any page.
public struct PageToken: Sendable, Hashable {
  private static let version: UInt8 = 2
  private static let checksumBytes = 4
  /// Version, fingerprint, time, rows, rank.
  private static let headBytes = 1 + 4 * 8

  /// Of the question: a page of another one does not follow.
  public var fingerprint: UInt64
  /// When the first page was asked for, Unix seconds: all pages are as of then.
  public var asOf: Int64
  /// Rows on the pages before.
  public var rowsBefore: UInt64
  /// Behind which row the page begins.
  public var position: PagePosition

  /// A token as given.
  public init(fingerprint: UInt64, asOf: Int64, rowsBefore: UInt64, position: PagePosition) {
    self.fingerprint = fingerprint
    self.asOf = asOf
    self.rowsBefore = rowsBefore
    self.position = position
  }

  /// Reads a token that a report gave.
  ///
  /// - Throws: ``PageTokenError`` when this is none.
  public init(_ text: String) throws(PageTokenError) {
    guard let bytes = PageToken.unhex(text), bytes.count > PageToken.checksumBytes else {
      throw .malformed
    }
    let body = bytes.dropLast(PageToken.checksumBytes)
    guard Array(bytes.suffix(PageToken.checksumBytes)) == PageToken.checksum(body) else {
      throw .malformed
    }
    guard bytes[0] == PageToken.version else { throw .unknownVersion(bytes[0]) }
    guard body.count >= PageToken.headBytes else { throw .malformed }
    let words = stride(from: 1, to: PageToken.headBytes, by: 8).map { start in
      body[start..<start + 8].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    }
    fingerprint = words[0]
    asOf = Int64(bitPattern: words[1])
    rowsBefore = words[2]
    position = PagePosition(rank: words[3], key: Array(body.dropFirst(PageToken.headBytes)))
  }

  /// The token as it is sent.
  public var text: String {
    var body = [PageToken.version]
    for word in [fingerprint, UInt64(bitPattern: asOf), rowsBefore, position.rank] {
      body += stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
    }
    body += position.key
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
