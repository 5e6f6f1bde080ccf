// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf
internal import Shard

/// Reads `telemetry.peer.v1.ReportColumns`, one behind the other, straight into columns: a row
/// costs no allocation. After a fault nothing may be taken out.
struct ColumnsReader {
  private var names: [UInt8] = []
  private var nameEnds: [Int] = []
  private var hashes: [UInt64] = []
  private var counts: [Int64] = []
  private var sums: [Double] = []
  private var minima: [Double] = []
  private var maxima: [Double] = []
  private var positiveInfinities: [Int64] = []
  private var negativeInfinities: [Int64] = []

  /// Takes the columns that lie at `range`. O(bytes).
  mutating func read(_ bytes: RawSpan, _ range: Range<Int>) throws(AnswerFault) {
    let (first, firstName) = (hashes.count, names.count)
    let rows: Int
    do {
      rows = try readFields(bytes, range)
    } catch {
      throw .malformed(error)
    }
    let end = first + rows
    // First of all: what is not there has no length that a message could claim.
    guard nameEnds.count == end else { throw .columnsDiffer }
    if positiveInfinities.count == first { positiveInfinities += repeatElement(0, count: rows) }
    if negativeInfinities.count == first { negativeInfinities += repeatElement(0, count: rows) }
    guard
      counts.count == end, sums.count == end, minima.count == end, maxima.count == end,
      positiveInfinities.count == end, negativeInfinities.count == end
    else { throw .columnsDiffer }
    try placeNames(first..<end, from: firstName)
    appendHashes(names, nameEnds, first..<end, to: &hashes)
    try checkStatistics(first..<end)
  }

  /// All that was read, as a report; nothing stays.
  mutating func take() -> PartialReport {
    defer { self = ColumnsReader() }
    return PartialReport(
      nameBytes: names, nameEnds: nameEnds, hashes: hashes, counts: counts, sums: sums,
      minima: minima, maxima: maxima, positiveInfinities: positiveInfinities,
      negativeInfinities: negativeInfinities,
      squares: [Double](repeating: 0, count: hashes.count),
      last: [Double](repeating: 0, count: hashes.count),
      lastSeen: [Int64](repeating: SeriesSummary.neverSeen, count: hashes.count),
      firstSeen: [Int64](repeating: .max, count: hashes.count),
      kinds: [UInt8](repeating: 0, count: hashes.count))
  }

  /// - Returns: how many rows the message says that it has.
  private mutating func readFields(
    _ bytes: RawSpan, _ range: Range<Int>
  ) throws(DecodingError) -> Int {
    var reader = WireReader(range)
    var rows: UInt32 = 0
    while let tag = try reader.readTag(bytes) {
      if tag.field == 1 {
        if try !reader.decode(&rows, as: UInt32Field.self, tag, bytes) {
          try reader.skip(tag, bytes)
        }
        continue
      }
      guard tag.wireType == .lengthDelimited else {
        try reader.skip(tag, bytes)
        continue
      }
      let field = try reader.readLengthDelimited(bytes)
      switch tag.field {
      case 2: unsafe bytes.extracting(field).withUnsafeBytes { unsafe names += $0 }
      case 3: try appendVarints(bytes, field, to: &nameEnds)
      case 4: try appendVarints(bytes, field, to: &counts)
      case 5: try appendDoubles(bytes, field, to: &sums)
      case 6: try appendDoubles(bytes, field, to: &minima)
      case 7: try appendDoubles(bytes, field, to: &maxima)
      case 8: try appendVarints(bytes, field, to: &positiveInfinities)
      case 9: try appendVarints(bytes, field, to: &negativeInfinities)
      default: break
      }
    }
    return Int(rows)
  }

  /// Makes ends of the lengths that `nameEnds` has at `rows`.
  private mutating func placeNames(
    _ rows: Range<Int>, from start: Int
  ) throws(AnswerFault) {
    guard unsafe UTF8Check.isValid(names.span.bytes, start..<names.count) else {
      throw .nameInvalid
    }
    var end = start
    for row in rows {
      let length = nameEnds[row]
      guard length > 0 else { throw .nameInvalid }
      guard length <= names.count - end else { throw .columnsDiffer }
      // Valid as a whole; so is each name, if none begins within a character.
      guard names[end] & 0xC0 != 0x80 else { throw .nameInvalid }
      end += length
      nameEnds[row] = end
    }
    guard end == names.count else { throw .columnsDiffer }
  }

  private func checkStatistics(_ rows: Range<Int>) throws(AnswerFault) {
    for row in rows {
      let (count, low, high) = (counts[row], minima[row], maxima[row])
      let infinities = positiveInfinities[row] | negativeInfinities[row]
      let isSound =
        count > 0
        ? low <= high && low.isFinite && high.isFinite
        : count == 0 && infinities != 0 && sums[row] == 0 && low == .infinity && high == -.infinity
      // A sign bit of either stays.
      guard isSound && infinities >= 0 else { throw .statisticsInvalid }
    }
  }
}

/// Appends the hashes of the names that end at `ends`, four at a time.
private func appendHashes(
  _ names: [UInt8], _ ends: [Int], _ rows: Range<Int>, to hashes: inout [UInt64]
) {
  func range(_ row: Int) -> Range<Int> { (row == 0 ? 0 : ends[row - 1])..<ends[row] }
  let bytes = unsafe names.span.bytes
  var row = rows.lowerBound
  while rows.upperBound - row >= 4 {
    let four = FNV.hashes(bytes, [range(row), range(row + 1), range(row + 2), range(row + 3)])
    for lane in four.indices { hashes.append(four[lane]) }
    row += 4
  }
  while row < rows.upperBound {
    hashes.append(FNV.hash(bytes, range(row)))
    row += 1
  }
}

/// Appends packed varints, as 64-bit numbers.
private func appendVarints<Number: FixedWidthInteger>(
  _ bytes: RawSpan, _ range: Range<Int>, to column: inout [Number]
) throws(DecodingError) {
  // Each has one byte without the mark that another follows.
  var numbers = 0
  for offset in range {
    let byte = unsafe bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    numbers += byte < 0x80 ? 1 : 0
  }
  let first = column.count
  column += repeatElement(0, count: numbers)
  var reader = WireReader(range)
  for index in first..<first + numbers {
    column[index] = Number(truncatingIfNeeded: try reader.readVarint(bytes))
  }
  guard reader.isAtEnd else { throw DecodingError(.truncated, offset: reader.offset) }
}

/// Appends packed doubles, eight bytes each.
private func appendDoubles(
  _ bytes: RawSpan, _ range: Range<Int>, to column: inout [Double]
) throws(DecodingError) {
  guard range.count % 8 == 0 else { throw DecodingError(.truncated, offset: range.upperBound) }
  let first = column.count
  column += repeatElement(0, count: range.count / 8)
  for index in first..<column.count {
    let offset = range.lowerBound + 8 * (index - first)
    let bits = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    column[index] = Double(bitPattern: UInt64(littleEndian: bits))
  }
}
