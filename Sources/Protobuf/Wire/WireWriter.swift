// SPDX-License-Identifier: Apache-2.0

/// Writes wire values in two passes over the same code: the first measures, the second writes into
/// bytes of exactly that size.
///
/// The lengths of nested values are noted by the first pass in the order in which they are opened
/// and taken by the second in the same order; so what is written must be the same both times. Use
/// ``encode(_:)``, which does the two passes:
///
/// ```swift
/// let bytes = WireWriter.encode { writer in
///   for row in rows {
///     writer.writeNested(field: 1) { entry in
///       entry.writeUnlessZero(row.name, as: StringField.self, field: 1)
///       entry.writeUnlessZero(row.sum, as: DoubleField.self, field: 2)
///     }
///   }
/// }
/// ```
@frozen
public struct WireWriter: Sendable {
  /// Bytes measured or written so far.
  public private(set) var count = 0
  private var bytes: [UInt8] = []
  private var lengths: [Int] = []
  private var nextLength = 0
  private var isMeasuring = true

  private init() {}

  /// The bytes that `body` writes. It is called twice, and must write the same both times.
  @inlinable
  public static func encode(_ body: (inout WireWriter) -> Void) -> [UInt8] {
    var writer = measuring(body)
    writer.startWriting()
    body(&writer)
    return writer.finish()
  }

  /// How many bytes `body` writes.
  @inlinable
  public static func encodedSize(_ body: (inout WireWriter) -> Void) -> Int {
    measuring(body).count
  }

  @usableFromInline
  static func measuring(_ body: (inout WireWriter) -> Void) -> WireWriter {
    var writer = WireWriter()
    body(&writer)
    return writer
  }

  @usableFromInline
  mutating func startWriting() {
    bytes = [UInt8](repeating: 0, count: count)
    count = 0
    isMeasuring = false
  }

  @usableFromInline
  consuming func finish() -> [UInt8] {
    precondition(
      count == bytes.count && nextLength == lengths.count, "the two passes wrote different things")
    return bytes
  }
}

// MARK: Values

extension WireWriter {
  /// A base-128 number, in as few bytes as it takes.
  public mutating func write(varint value: UInt64) {
    if isMeasuring {
      count += WireWriter.varintSize(value)
      return
    }
    var rest = value
    var position = count
    var span = bytes.mutableSpan
    while rest >= 0x80 {
      span[position] = UInt8(truncatingIfNeeded: rest) | 0x80
      rest >>= 7
      position += 1
    }
    span[position] = UInt8(rest)
    count = position + 1
  }

  /// Four bytes, little endian.
  public mutating func write(fixed32 value: UInt32) {
    if !isMeasuring { store(value.littleEndian) }
    count += 4
  }

  /// Eight bytes, little endian.
  public mutating func write(fixed64 value: UInt64) {
    if !isMeasuring { store(value.littleEndian) }
    count += 8
  }

  /// Bytes as they are, without a length.
  public mutating func write(raw source: RawSpan) {
    let size = source.byteCount
    if !isMeasuring && size > 0 {
      precondition(size <= bytes.count - count, "the two passes wrote different things")
      let start = count
      var span = bytes.mutableSpan
      unsafe span.withUnsafeMutableBytes { target in
        unsafe source.withUnsafeBytes { source in
          unsafe UnsafeMutableRawBufferPointer(rebasing: target[start..<start + size])
            .copyMemory(from: source)
        }
      }
    }
    count += size
  }

  /// A field's number and the layout of its value.
  public mutating func write(_ tag: WireTag) {
    write(varint: tag.rawValue)
  }

  /// A nested message, or whatever else has a length: the tag, the length of what `body` writes,
  /// and that.
  @inlinable
  public mutating func writeNested(field: Int, _ body: (inout WireWriter) -> Void) {
    write(WireTag(field: field, wireType: .lengthDelimited))
    let mark = openNested()
    body(&self)
    closeNested(mark)
  }

  /// Bytes needed by a varint: one for each started seven bits.
  @inlinable
  public static func varintSize(_ value: UInt64) -> Int {
    (70 - (value | 1).leadingZeroBitCount) / 7
  }

  /// Measuring: notes a place for the length. Writing: writes the length noted there.
  @usableFromInline
  mutating func openNested() -> (slot: Int, start: Int) {
    if isMeasuring {
      lengths.append(0)
      return (lengths.count - 1, count)
    }
    let slot = nextLength
    nextLength += 1
    write(varint: UInt64(lengths[slot]))
    return (slot, count)
  }

  @usableFromInline
  mutating func closeNested(_ mark: (slot: Int, start: Int)) {
    let length = count - mark.start
    if isMeasuring {
      lengths[mark.slot] = length
      count += WireWriter.varintSize(UInt64(length))
    } else {
      precondition(length == lengths[mark.slot], "the two passes wrote different things")
    }
  }

  private mutating func store<Value: BitwiseCopyable>(_ value: Value) {
    let start = count
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    raw.storeBytes(of: value, toByteOffset: start, as: Value.self)
  }
}
