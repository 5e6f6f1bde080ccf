// SPDX-License-Identifier: Apache-2.0
internal import Protobuf

/// Reads a ``Point`` where it lies, without a copy, a String or an allocation.
///
/// It accepts and rejects exactly what the generated decoder does, but for one thing: whether name
/// and labels are UTF-8 is left to whoever admits the point. Unknown fields are skipped, and of a
/// field that comes twice the last wins. Points as every encoder writes them (name, value, time,
/// labels, kind, in that order, all but the name perhaps absent; names and labels under 128 bytes)
/// take a short path; all others the general one.
@frozen
public enum PointReader {
  /// The point at `range`, which must lie within `bytes`. O(size of the point).
  ///
  /// - Throws: ``PointError`` with the reason and the offset in the span.
  @inlinable
  public static func read(
    _ bytes: RawSpan, _ range: Range<Int>
  ) throws(PointError) -> PointView {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount, "range not in span")
    if let point = readOrdered(bytes, range) { return point }
    return try readAny(bytes, range)
  }

  /// The short path; nil for all that it does not know, right or wrong.
  ///
  /// Its loads are unchecked: each offset is compared with `end` first, which is within the span.
  @inlinable
  static func readOrdered(_ bytes: RawSpan, _ range: Range<Int>) -> PointView? {
    let end = range.upperBound
    var offset = range.lowerBound
    guard end - offset >= 2, unsafe byte(bytes, offset) == 0x0A else { return nil }
    let nameLength = Int(unsafe byte(bytes, offset + 1))
    let nameOffset = offset + 2
    guard nameLength < 0x80, nameLength <= end - nameOffset else { return nil }
    offset = nameOffset + nameLength

    var value = 0.0
    if end - offset >= 9, unsafe byte(bytes, offset) == 0x11 {
      let bits = unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: offset + 1, as: UInt64.self)
      value = Double(bitPattern: UInt64(littleEndian: bits))
      offset += 9
    }
    var time: Int64 = 0
    if end - offset >= 2, unsafe byte(bytes, offset) == 0x18 {
      guard let read = readTime(bytes, offset + 1..<end) else { return nil }
      time = read.time
      offset = read.end
    }
    if offset == end {
      return PointView(nameOffset: nameOffset, nameLength: nameLength, value: value, time: time)
    }
    guard let (labels, kind) = readTail(bytes, offset..<end) else { return nil }
    return PointView(
      nameOffset: nameOffset, nameLength: nameLength, value: value, time: time, labels: labels,
      kind: kind)
  }

  /// The varint of at most eight bytes that `range` begins with, and where it ends; nil otherwise.
  ///
  /// Eight bytes are taken at once where the span has them, and the seven-bit groups closed up in
  /// three steps: no branch depends on the number.
  @inlinable
  static func readTime(_ bytes: RawSpan, _ range: Range<Int>) -> (time: Int64, end: Int)? {
    guard bytes.byteCount - range.lowerBound >= 8 else { return nil }
    let word = UInt64(
      littleEndian: unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: range.lowerBound, as: UInt64.self))
    let ends = ~word & 0x8080_8080_8080_8080
    let bits = ends.trailingZeroBitCount + 1
    guard ends != 0, range.count * 8 >= bits else { return nil }
    var groups = word & 0x7F7F_7F7F_7F7F_7F7F & (UInt64.max >> UInt64(64 - bits))
    groups = (groups & 0x7F00_7F00_7F00_7F00) >> 1 | groups & 0x007F_007F_007F_007F
    groups = (groups & 0x3FFF_0000_3FFF_0000) >> 2 | groups & 0x0000_3FFF_0000_3FFF
    groups = (groups & 0x0FFF_FFFF_0000_0000) >> 4 | groups & 0x0000_0000_0FFF_FFFF
    return (Int64(bitPattern: groups), range.lowerBound + bits / 8)
  }

  /// Labels and kind, each perhaps absent, which fill `range`; nil for all that is not as every
  /// encoder writes it.
  @usableFromInline
  static func readTail(_ bytes: RawSpan, _ range: Range<Int>) -> (labels: Range<Int>, kind: UInt8)?
  {
    var offset = range.lowerBound
    while let label = LabelView.plain(bytes, offset..<range.upperBound) {
      offset = label.value.upperBound
    }
    let labels = range.lowerBound..<offset
    if offset == range.upperBound { return (labels, 0) }
    guard range.upperBound - offset == 2, unsafe byte(bytes, offset) == 0x28 else { return nil }
    let number = unsafe byte(bytes, offset + 1)
    return number < 0x80 ? (labels, kind(UInt64(number))) : nil
  }

  /// What the kind with this number is known as.
  static func kind(_ number: UInt64) -> UInt8 {
    number <= UInt64(MetricKind.histogram.rawValue) ? UInt8(truncatingIfNeeded: number) : 0
  }

  @unsafe @inlinable @inline(__always)
  static func byte(_ bytes: RawSpan, _ offset: Int) -> UInt8 {
    unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }
}

extension PointReader {
  /// The general path: any order, any unknown fields, any length.
  @usableFromInline
  static func readAny(_ bytes: RawSpan, _ range: Range<Int>) throws(PointError) -> PointView {
    var reader = WireReader(range)
    var name = 0..<0
    var value = 0.0
    var time: Int64 = 0
    var labels = 0..<0
    var kind: UInt8 = 0
    do throws(DecodingError) {
      while true {
        let start = reader.offset
        guard let tag = try reader.readTag(bytes) else { break }
        switch (tag.field, tag.wireType) {
        case (1, .lengthDelimited): name = try reader.readLengthDelimited(bytes)
        case (2, .fixed64): value = Double(bitPattern: try reader.readFixed64(bytes))
        case (3, .varint): time = Int64(bitPattern: try reader.readVarint(bytes))
        case (4, .lengthDelimited):
          _ = try LabelView(bytes, try reader.readLengthDelimited(bytes))
          labels = (labels.isEmpty ? start : labels.lowerBound)..<reader.offset
        case (5, .varint): kind = Self.kind(try reader.readVarint(bytes) & 0xFFFF_FFFF)
        default: try reader.skip(tag, bytes)
        }
      }
    } catch {
      throw PointError(error.reason, offset: error.offset)
    }
    return PointView(
      nameOffset: name.lowerBound, nameLength: name.count, value: value, time: time,
      labels: labels, kind: kind)
  }
}
