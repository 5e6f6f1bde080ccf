// SPDX-License-Identifier: Apache-2.0
internal import Protobuf

/// Reads ``PointBatch`` messages where they lie: columns into memory that is used again for the
/// next batch, series as places of their bytes. Nothing is allocated for a point or a series.
///
/// It accepts and rejects exactly what the generated decoder does, but for this: whether texts are
/// UTF-8, and what is in a series, is for others to see; and a batch of too many points is not read
/// to its end. Unknown fields are skipped, of a number that comes twice the last counts, columns
/// may come in any number of parts, packed or not. Confined to whoever owns it.
public struct PointBatchReader: ~Copyable {
  /// Most points of a batch: 64 Ki of some 12 B each are 0.8 MB, well below a message's 4 MiB.
  public static let pointsMax = 1 << 16

  /// Where the client's name lies.
  public private(set) var client = 0..<0
  /// The batch's number.
  public private(set) var sequence: UInt64 = 0
  /// The client has the acks of all batches up to this one.
  public private(set) var confirmed: UInt64 = 0
  /// Milliseconds since the batch was sent first.
  public private(set) var age: UInt32 = 0
  /// What the first point's delta is added to, Unix seconds.
  public private(set) var firstTime: Int64 = 0
  /// Where the `BatchSeries` messages lie.
  public private(set) var series: [Range<Int>] = []
  @usableFromInline var indices = BatchColumn<UInt32>()
  @usableFromInline var values = BatchColumn<Double>()
  @usableFromInline var deltas = BatchColumn<Int64>()

  /// Nothing read yet.
  public init() {}

  /// Points of the batch that was read last; checked by ``check()``.
  @inlinable public var count: Int { indices.count }

  /// Whether the points have times of their own.
  @inlinable public var hasTimes: Bool { deltas.count > 0 }

  /// Which series a point is of.
  @inlinable @inline(__always)
  public func seriesIndex(_ row: Int) -> Int { Int(indices[row]) }

  /// A point's value.
  @inlinable @inline(__always)
  public func value(_ row: Int) -> Double { values[row] }

  /// How much later a point is than the one before. Only if ``hasTimes``.
  @inlinable @inline(__always)
  public func delta(_ row: Int) -> Int64 { deltas[row] }

  /// Shows which series the points are of, their values, and how much later each is than the one
  /// before: empty unless ``hasTimes``.
  @inlinable
  public func withColumns<Result>(
    _ body: (_ series: Span<UInt32>, _ values: Span<Double>, _ deltas: Span<Int64>) -> Result
  ) -> Result {
    unsafe body(indices.elements.span, values.elements.span, deltas.elements.span)
  }

  // MARK: Reading

  /// Reads the batch at `range`, which must lie within `bytes`. O(size of the batch).
  ///
  /// - Throws: ``PointError`` with the reason and the offset in the span.
  public mutating func read(_ bytes: RawSpan, _ range: Range<Int>) throws(PointError) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount, "range not in span")
    reset()
    var reader = WireReader(range)
    do throws(DecodingError) {
      while let tag = try reader.readTag(bytes) {
        try readField(tag, &reader, bytes)
      }
    } catch {
      throw PointError(error.reason, offset: error.offset)
    }
  }

  private mutating func reset() {
    client = 0..<0
    (sequence, confirmed, age, firstTime) = (0, 0, 0, 0)
    series.removeAll(keepingCapacity: true)
    indices.removeAll()
    values.removeAll()
    deltas.removeAll()
  }

  private mutating func readField(
    _ tag: WireTag, _ reader: inout WireReader, _ bytes: RawSpan
  ) throws(DecodingError) {
    switch (tag.field, tag.wireType) {
    case (1, .lengthDelimited): client = try reader.readLengthDelimited(bytes)
    case (2, .varint): sequence = try reader.readVarint(bytes)
    case (3, .varint): confirmed = try reader.readVarint(bytes)
    case (4, .lengthDelimited): series.append(try reader.readLengthDelimited(bytes))
    case (5, .lengthDelimited):
      try Self.readVarints(&reader, bytes, into: &indices) { UInt32(truncatingIfNeeded: $0) }
    case (5, .varint):
      indices.reserve(1)
      indices.append(UInt32(truncatingIfNeeded: try reader.readVarint(bytes)))
    case (6, .lengthDelimited): try readValues(&reader, bytes)
    case (6, .fixed64):
      values.reserve(1)
      values.append(Double(bitPattern: try reader.readFixed64(bytes)))
    case (7, .varint): firstTime = Self.signed(try reader.readVarint(bytes))
    case (8, .lengthDelimited):
      try Self.readVarints(&reader, bytes, into: &deltas, Self.signed)
    case (8, .varint):
      deltas.reserve(1)
      deltas.append(Self.signed(try reader.readVarint(bytes)))
    case (9, .varint): age = UInt32(truncatingIfNeeded: try reader.readVarint(bytes))
    default: try reader.skip(tag, bytes)
    }
  }

  /// Numbers one behind the other; those beyond one too many are left.
  @inline(__always)
  private static func readVarints<Element>(
    _ reader: inout WireReader, _ bytes: RawSpan, into column: inout BatchColumn<Element>,
    _ element: (UInt64) -> Element
  ) throws(DecodingError) {
    let range = try reader.readLengthDelimited(bytes)
    let room = max(0, min(range.count, pointsMax + 1 - column.count))
    column.reserve(room)
    let target = unsafe column.end
    var count = 0
    var part = WireReader(range)
    defer { column.grow(count) }
    while !part.isAtEnd, count < room {
      unsafe target[count] = element(try readVarint(&part, bytes))
      count += 1
    }
  }

  /// One byte, or two, are all that most numbers have.
  @inline(__always)
  private static func readVarint(
    _ part: inout WireReader, _ bytes: RawSpan
  ) throws(DecodingError) -> UInt64 {
    let offset = part.offset
    guard part.end - offset > 1 else { return try part.readVarint(bytes) }
    // Within the part, which is within the span.
    let word = UInt16(
      littleEndian: unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: offset, as: UInt16.self))
    if word & 0x80 == 0 {
      part.offset = offset + 1
      return UInt64(word & 0x7F)
    }
    guard word & 0x8000 == 0 else { return try part.readVarint(bytes) }
    part.offset = offset + 2
    return UInt64(word & 0x7F | (word & 0x7F00) >> 1)
  }

  private mutating func readValues(_ reader: inout WireReader, _ bytes: RawSpan)
    throws(DecodingError)
  {
    let range = try reader.readLengthDelimited(bytes)
    guard range.count % 8 == 0 else {
      throw DecodingError(.truncated, offset: range.upperBound - range.count % 8)
    }
    let count = min(range.count / 8, max(0, Self.pointsMax + 1 - values.count))
    values.reserve(count)
    let target = unsafe values.end
    for index in 0..<count {
      // Inside the range, which is inside the span.
      let bits = unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: range.lowerBound + 8 * index, as: UInt64.self)
      unsafe target[index] = Double(bitPattern: UInt64(littleEndian: bits))
    }
    values.grow(count)
  }

  @inline(__always)
  private static func signed(_ bits: UInt64) -> Int64 {
    Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
  }

  // MARK: Checking

  /// Whether the columns make points of the batch's series. O(points).
  ///
  /// - Throws: ``BatchFault`` with the first place where they do not.
  public func check() throws(BatchFault) {
    let count = indices.count
    guard max(count, values.count, deltas.count) <= Self.pointsMax else {
      throw fault(.values, "a batch has at most \(Self.pointsMax) points")
    }
    guard values.count == count else {
      throw fault(
        .values, at: min(count, values.count),
        "there are \(count) series_indices and \(values.count) values")
    }
    guard deltas.count == 0 || deltas.count == count else {
      throw fault(
        .timeDeltas, at: min(count, deltas.count),
        "there are \(count) points and \(deltas.count) time_deltas; there must be as many, or none")
    }
    let highest = unsafe indices.elements.reduce(0, max)
    guard count == 0 || Int(highest) < series.count else { throw faultOfIndices() }
  }

  private func faultOfIndices() -> BatchFault {
    let row = indices.firstRow(atLeast: UInt32(series.count)) ?? 0
    return fault(
      .seriesIndices, at: row, "it is \(indices[row]), and the batch has \(series.count) series")
  }

  /// Something is wrong with this batch.
  public func fault(_ field: BatchFault.Field, at index: Int? = nil, _ text: String) -> BatchFault {
    BatchFault(sequence: sequence, field: field, index: index, text: text)
  }
}

/// Why a batch cannot be taken, and where.
public struct BatchFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// A field of the message, by its name in the definition.
  public enum Field: String, Sendable {
    case client
    case sequence
    case confirmed
    case series
    case seriesIndices = "series_indices"
    case values
    case timeDeltas = "time_deltas"
  }

  /// Of the batch.
  public let sequence: UInt64
  /// Where the fault is.
  public let field: Field
  /// Of a repeated field.
  public let index: Int?
  /// What is wrong, for people.
  public let text: String

  /// One line for people.
  public var description: String {
    "batch \(sequence): \(field.rawValue)\(index.map { "[\($0)]" } ?? ""): \(text)"
  }
}
