// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf
internal import Shard

/// Cuts an answer into messages: serialized `telemetry.peer.v1.ReportPart`s, each at most
/// ``RouterLimits/partBytesMax``, however large the answer is.
public struct AnswerParts {
  private let answer: PeerAnswer
  private var section = 0
  private var row = 0
  private var isFirst = true

  /// Begins at the head.
  public init(_ answer: PeerAnswer) { self.answer = answer }

  /// The next message; nil: that was all. O(bytes of the message).
  public mutating func next() -> [UInt8]? {
    guard isFirst || section < answer.sections.count else { return nil }
    defer { isFirst = false }
    guard section < answer.sections.count else { return part(head: answer.head, nil, 0..<0) }
    let report = answer.sections[section].report
    let rows = row..<end(of: row, in: report)
    let bytes = part(head: isFirst ? answer.head : nil, answer.sections[section], rows)
    row = rows.upperBound
    if row == report.count { (section, row) = (section + 1, 0) }
    return bytes
  }

  /// Where a part that begins at `row` ends: at least one row later, unless there is none.
  private func end(of row: Int, in report: PartialReport) -> Int {
    let rowsEnd = min(report.count, row + RouterLimits.partRowsMax)
    var bytes = 0
    for next in row..<rowsEnd {
      bytes += RouterLimits.partRowBytes + report.nameRange(next).count
      if let histograms = report.histograms { bytes += histograms.wireBytes(next) }
      if bytes > RouterLimits.partRowsBytesMax { return max(next, row + 1) }
    }
    return rowsEnd
  }

  private func part(head: AnswerHead?, _ section: AnswerSection?, _ rows: Range<Int>) -> [UInt8] {
    let head = head?.message
    let sightings = section.flatMap { SeenColumns($0.report, rows).message }
    let histograms = section?.report.histograms?.message(rows)
    return WireWriter.encode { writer in
      if let head { writer.write(head, as: MessageField<ReportHead>.self, field: 1) }
      guard let section else { return }
      if rows.lowerBound == 0 {
        let message = ReportSection.with {
          $0.origin = section.origin.wire
          $0.includes = section.includes.map(\.wire)
        }
        writer.write(message, as: MessageField<ReportSection>.self, field: 2)
      }
      guard !rows.isEmpty else { return }
      writer.writeNested(field: 3) { writer in
        section.report.write(rows, to: &writer)
        if let sightings {
          writer.write(sightings, as: MessageField<SightingColumns>.self, field: 11)
        }
        if let histograms {
          writer.write(histograms, as: MessageField<BucketColumns>.self, field: 12)
        }
      }
    }
  }
}

extension PartialReport {
  /// Writes the fields of a `ReportColumns`.
  fileprivate func write(_ rows: Range<Int>, to writer: inout WireWriter) {
    let names = nameRange(rows.lowerBound).lowerBound..<nameEnds[rows.upperBound - 1]
    writer.write(WireTag(field: 1, wireType: .varint))
    writer.write(varint: UInt64(rows.count))
    writer.write(WireTag(field: 2, wireType: .lengthDelimited))
    writer.write(varint: UInt64(names.count))
    unsafe writer.write(raw: nameBytes.span.bytes.extracting(names))
    writer.writeNested(field: 3) { column in
      for row in rows { column.write(varint: UInt64(nameRange(row).count)) }
    }
    write(counts, rows, field: 4, to: &writer)
    write(sums, rows, field: 5, to: &writer)
    write(minima, rows, field: 6, to: &writer)
    write(maxima, rows, field: 7, to: &writer)
    write(unlessZero: positiveInfinities, rows, field: 8, to: &writer)
    write(unlessZero: negativeInfinities, rows, field: 9, to: &writer)
    if squares[rows].contains(where: { $0 != 0 }) { write(squares, rows, field: 10, to: &writer) }
  }

  private func write(
    _ column: [Double], _ rows: Range<Int>, field: Int, to writer: inout WireWriter
  ) {
    writer.write(WireTag(field: field, wireType: .lengthDelimited))
    writer.write(varint: UInt64(8 * rows.count))
    let values = column.span.extracting(rows)
    for index in values.indices { writer.write(fixed64: values[index].bitPattern) }
  }

  private func write(
    _ column: [Int64], _ rows: Range<Int>, field: Int, to writer: inout WireWriter
  ) {
    let values = column.span.extracting(rows)
    writer.writeNested(field: field) { writer in
      for index in values.indices { writer.write(varint: UInt64(bitPattern: values[index])) }
    }
  }

  private func write(
    unlessZero column: [Int64], _ rows: Range<Int>, field: Int, to writer: inout WireWriter
  ) {
    if column[rows].contains(where: { $0 != 0 }) { write(column, rows, field: field, to: &writer) }
  }
}
