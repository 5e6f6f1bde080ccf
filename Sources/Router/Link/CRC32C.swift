// SPDX-License-Identifier: Apache-2.0

/// The checksum of frames: CRC-32C (Castagnoli), reflected, as in RFC 3720, appendix B.4.
///
/// Sixteen bytes at a time through sixteen tables (Kounavis and Berry: "Novel table lookup-based
/// algorithms for high-performance CRC generation", 2008), of which only four look-ups wait for the
/// sixteen before: 5 GB/s.
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

  /// Goes on with these bytes. O(bytes).
  public mutating func update(_ bytes: RawSpan) {
    // A table is 256 long and is read at a byte's value; the bytes are within the span.
    unsafe CRC32C.tables.withUnsafeBufferPointer { buffer in
      let tables = unsafe CRC32CTables(start: buffer.baseAddress!)
      var crc = state
      var offset = 0
      while bytes.byteCount - offset >= 16 {
        crc = unsafe tables.step(crc, word(bytes, offset), word(bytes, offset + 8))
        offset += 16
      }
      while offset < bytes.byteCount {
        let byte = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
        crc = unsafe tables.step(crc, byte)
        offset += 1
      }
      state = crc
    }
  }

  /// Goes on with the eight bytes of a number, the lowest first.
  public mutating func update(_ word: UInt64) {
    var bytes = word.littleEndian
    unsafe withUnsafeBytes(of: &bytes) { unsafe update($0.bytes) }
  }

  @unsafe @inline(__always)
  private func word(_ bytes: RawSpan, _ offset: Int) -> UInt64 {
    unsafe UInt64(
      littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
  }

  /// Sixteen tables of 256; table k advances a byte by k more zero bytes.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 16 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : (crc >> 1) ^ 0x82F6_3B78 }
      tables[byte] = crc
    }
    for index in 256..<tables.count {
      let before = tables[index - 256]
      tables[index] = (before >> 8) ^ tables[Int(before & 0xFF)]
    }
    return tables
  }()
}

/// Where the tables lie.
@unsafe
private struct CRC32CTables {
  let start: UnsafePointer<UInt32>

  @inline(__always)
  func step(_ crc: UInt32, _ byte: UInt8) -> UInt32 {
    unsafe (crc >> 8) ^ start[Int(UInt8(truncatingIfNeeded: crc) ^ byte)]
  }

  @inline(__always)
  func step(_ crc: UInt32, _ low: UInt64, _ high: UInt64) -> UInt32 {
    let late = unsafe half(12, UInt32(truncatingIfNeeded: low) ^ crc)
    let early = unsafe half(8, UInt32(truncatingIfNeeded: low >> 32))
    let next = unsafe half(4, UInt32(truncatingIfNeeded: high))
    return unsafe late ^ (early ^ next ^ half(0, UInt32(truncatingIfNeeded: high >> 32)))
  }

  /// Four bytes, the last of which has `zeros` bytes behind it.
  @inline(__always)
  private func half(_ zeros: Int, _ bytes: UInt32) -> UInt32 {
    let first = unsafe start[(zeros + 3) * 256 + Int(bytes & 0xFF)]
    let second = unsafe start[(zeros + 2) * 256 + Int(bytes >> 8 & 0xFF)]
    let third = unsafe start[(zeros + 1) * 256 + Int(bytes >> 16 & 0xFF)]
    return unsafe (first ^ second) ^ (third ^ start[zeros * 256 + Int(bytes >> 24)])
  }
}
