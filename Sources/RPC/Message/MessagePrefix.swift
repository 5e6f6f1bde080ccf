// SPDX-License-Identifier: Apache-2.0

/// The five bytes before every message: the Compressed-Flag, then the length as a big-endian
/// 32-bit number.
struct MessagePrefix {
  /// Size of a prefix.
  static let byteCount = 5

  /// 0 or 1 in a well-formed stream.
  let flag: UInt8
  /// Bytes of the message that follows.
  let length: Int

  /// Reads the prefix at `offset`; five bytes must be there.
  @inline(__always)
  init(_ bytes: RawSpan, at offset: Int) {
    assert(offset >= 0 && bytes.byteCount - offset >= Self.byteCount)
    // Unchecked: both callers have just compared the offset with the end of the range.
    unsafe flag = bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    let word = unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: offset + 1, as: UInt32.self)
    length = Int(UInt32(bigEndian: word))
  }

  /// Reads the prefix that an array starts with.
  init(_ bytes: [UInt8]) {
    flag = bytes[0]
    length = bytes[1..<Self.byteCount].reduce(0) { $0 << 8 | Int($1) }
  }

  /// Writes a prefix over the five bytes at `offset`. `length` must fit in 32 bits.
  static func write(flag: UInt8, length: Int, into bytes: inout [UInt8], at offset: Int) {
    let word = UInt32(length)
    bytes[offset] = flag
    for index in 0..<4 {
      bytes[offset + 1 + index] = UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32(index)))
    }
  }
}

extension [UInt8] {
  /// Adds room for a prefix that is not known yet.
  mutating func appendPrefixPlaceholder() {
    append(contentsOf: repeatElement(0, count: MessagePrefix.byteCount))
  }

  /// Adds a range of a span.
  mutating func append(_ bytes: RawSpan, _ range: Range<Int>) {
    let part = bytes.extracting(range)
    // The pointer lives as long as the closure; the array copies from it.
    unsafe part.withUnsafeBytes { unsafe self.append(contentsOf: $0) }
  }
}

extension ReceivedMessage {
  /// Copies one message out of a run.
  ///
  /// - Parameters:
  ///   - run: the chunk, or the bytes of
  ///     ``MessageDeframer/Output/held(_:wasCompressed:windowBytes:)``.
  ///   - body: where the message lies, as ``MessageFrames/next(in:)`` says.
  ///   - wasCompressed: what came with the run; runs in place are never compressed.
  init(copying run: RawSpan, _ body: Range<Int>, wasCompressed: Bool) {
    var bytes: [UInt8] = []
    bytes.append(run, body)
    self.init(bytes: bytes, wasCompressed: wasCompressed)
  }
}
