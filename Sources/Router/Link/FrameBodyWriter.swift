// SPDX-License-Identifier: Apache-2.0

/// Appends to a body what ``FrameBodyReader`` reads.
struct FrameBodyWriter {
  private(set) var bytes: [UInt8] = []

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  mutating func append(varint: UInt64) {
    var rest = varint
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Small for numbers near 0 of either sign.
  mutating func append(signedVarint number: Int64) {
    append(varint: UInt64(bitPattern: (number << 1) ^ (number >> 63)))
  }

  mutating func append(fixed64: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: fixed64 >> shift))
    }
  }

  mutating func append(_ span: RawSpan) {
    unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  /// Appends `count` bytes that `write` fills, all of them.
  @unsafe
  mutating func append(count: Int, _ write: (UnsafeMutableRawPointer) -> Void) {
    bytes.append(addingCapacity: count) { free in
      unsafe free.withUnsafeMutableBufferPointer { buffer, written in
        unsafe write(UnsafeMutableRawPointer(buffer.baseAddress!))
        written = count
      }
    }
  }
}
