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
@safe
public struct WireWriter: ~Copyable {
  /// Bytes measured or written so far.
  @usableFromInline var count = 0
  /// Where the second pass writes; nil in the first. It lives as long as the body of `encode` runs,
  /// and so does the writer, which cannot be copied out of it.
  @usableFromInline var target: UnsafeMutableRawPointer?
  /// Bytes that `target` has. Every write compares with it.
  @usableFromInline var capacity = 0
  @usableFromInline var lengths: [Int] = []
  @usableFromInline var nextLength = 0

  @inlinable
  init() { unsafe target = nil }

  /// The bytes that `body` writes. It is called twice, and must write the same both times.
  @inlinable
  public static func encode(_ body: (inout WireWriter) -> Void) -> [UInt8] {
    var writer = WireWriter()
    body(&writer)
    let size = writer.count
    return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
      unsafe writer.startWriting(buffer)
      body(&writer)
      writer.finish()
      initialized = size
    }
  }

  /// How many bytes `body` writes.
  @inlinable
  public static func encodedSize(_ body: (inout WireWriter) -> Void) -> Int {
    var writer = WireWriter()
    body(&writer)
    return writer.count
  }

  @unsafe @usableFromInline
  mutating func startWriting(_ buffer: UnsafeMutableRawBufferPointer) {
    unsafe target = buffer.baseAddress
    capacity = count
    count = 0
  }

  @unsafe @inlinable
  mutating func startWriting(_ buffer: UnsafeMutableBufferPointer<UInt8>) {
    unsafe startWriting(UnsafeMutableRawBufferPointer(buffer))
  }

  @usableFromInline
  mutating func finish() {
    precondition(count == capacity && nextLength == lengths.count, WireWriter.passesDiffer)
  }

  @usableFromInline static var passesDiffer: String { "the two passes wrote different things" }
}

// MARK: Primitives

extension WireWriter {
  /// A base-128 number, in as few bytes as it takes.
  @inlinable
  public mutating func write(varint value: UInt64) {
    if value < 0x80 { store(UInt8(truncatingIfNeeded: value)) } else { write(longVarint: value) }
  }

  @inlinable
  mutating func write(longVarint value: UInt64) {
    guard let target = unsafe target else {
      count += WireWriter.varintSize(value)
      return
    }
    let size = WireWriter.varintSize(value)
    precondition(size <= capacity - count, WireWriter.passesDiffer)
    var rest = value
    for index in 0..<size - 1 {
      let byte = UInt8(truncatingIfNeeded: rest) | 0x80
      unsafe target.storeBytes(of: byte, toByteOffset: count + index, as: UInt8.self)
      rest >>= 7
    }
    let last = UInt8(truncatingIfNeeded: rest)
    unsafe target.storeBytes(of: last, toByteOffset: count + size - 1, as: UInt8.self)
    count += size
  }

  /// Four bytes, little endian.
  @inlinable
  public mutating func write(fixed32 value: UInt32) { store(value.littleEndian) }

  /// Eight bytes, little endian.
  @inlinable
  public mutating func write(fixed64 value: UInt64) { store(value.littleEndian) }

  /// Bytes as they are, without a length.
  @inlinable
  public mutating func write(raw source: RawSpan) {
    let size = source.byteCount
    if let target = unsafe target, size > 0 {
      precondition(size <= capacity - count, WireWriter.passesDiffer)
      let start = count
      unsafe source.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(start: target + start, count: size)
          .copyMemory(from: source)
      }
    }
    count += size
  }

  /// A field's number and the layout of its value.
  @inlinable
  public mutating func write(_ tag: WireTag) { write(varint: tag.rawValue) }

  /// Bytes needed by a varint: one for each started seven bits.
  @inlinable
  public static func varintSize(_ value: UInt64) -> Int {
    (70 - (value | 1).leadingZeroBitCount) / 7
  }

  @inlinable
  @inline(__always)
  mutating func store<Value: BitwiseCopyable>(_ value: Value) {
    let size = MemoryLayout<Value>.size
    if let target = unsafe target {
      precondition(size <= capacity - count, WireWriter.passesDiffer)
      unsafe target.storeBytes(of: value, toByteOffset: count, as: Value.self)
    }
    count += size
  }
}

// MARK: Nesting

extension WireWriter {
  /// A nested message, or whatever else has a length: the tag, the length of what `body` writes,
  /// and that.
  @inlinable
  public mutating func writeNested(field: Int, _ body: (inout WireWriter) -> Void) {
    write(WireTag(field: field, wireType: .lengthDelimited))
    if unsafe target == nil {
      measureNested(body)
    } else {
      let length = lengths[nextLength]
      nextLength += 1
      write(varint: UInt64(length))
      let end = count + length
      body(&self)
      precondition(count == end, WireWriter.passesDiffer)
    }
  }

  @inlinable
  mutating func measureNested(_ body: (inout WireWriter) -> Void) {
    let slot = lengths.count
    let start = count
    lengths.append(0)
    body(&self)
    lengths[slot] = count - start
    count += WireWriter.varintSize(UInt64(count - start))
  }
}
