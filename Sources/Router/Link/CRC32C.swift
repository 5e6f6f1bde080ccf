// SPDX-License-Identifier: Apache-2.0

/// The checksum of frames: CRC-32C (Castagnoli), reflected, as in RFC 3720, appendix B.4.
public struct CRC32C: Sendable, Hashable {
  private var state: UInt32 = 0xFFFF_FFFF

  /// Of no bytes yet.
  public init() {}

  /// The checksum of all bytes so far.
  public var value: UInt32 { ~state }

  /// The checksum of `bytes`. O(bytes).
  public static func of(_ bytes: RawSpan) -> UInt32 {
    var checksum = CRC32C()
    checksum.update(bytes)
    return checksum.value
  }

  /// Goes on with these bytes.
  public mutating func update(_ bytes: RawSpan) { fatalError("not written yet") }

  /// Goes on with the eight bytes of a number, the lowest first.
  public mutating func update(_ word: UInt64) { fatalError("not written yet") }
}
