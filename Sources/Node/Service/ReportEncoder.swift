// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Shard

/// Writes a `telemetry.Report` straight from a report's columns: no dictionary, no String.
struct ReportEncoder {
  var asOf: Int64
  var windowSeconds: Int64
  var resolutionSeconds: Int64
  var nextPageToken: String
  /// What the report covers.
  var coverage: Coverage?

  /// How many bytes the message takes. O(rows).
  func encodedSize(_ report: PartialReport, rows: some Sequence<Int>) -> Int {
    WireWriter.encodedSize { write(report, rows, to: &$0) }
  }

  /// The message with the rows that are asked for. O(bytes).
  func encode(_ report: PartialReport, rows: some Sequence<Int>) -> [UInt8] {
    WireWriter.encode { write(report, rows, to: &$0) }
  }

  private func write(
    _ report: PartialReport, _ rows: some Sequence<Int>, to writer: inout WireWriter
  ) {
    let names = unsafe report.nameBytes.span.bytes
    for row in rows {
      let key = report.nameRange(row)
      let isLabelled = SeriesKey.nameEnd(names, key) < key.upperBound
      writer.writeNested(field: isLabelled ? 11 : 1) { entry in
        if isLabelled {
          Self.write(key: names, key, to: &entry)
        } else {
          entry.write(WireTag(field: 1, wireType: .lengthDelimited))
          entry.write(varint: UInt64(key.count))
          entry.write(raw: names.extracting(key))
        }
        entry.writeNested(field: isLabelled ? 3 : 2) { write(report[row], to: &$0) }
      }
    }
    writer.writeUnlessZero(nextPageToken, as: StringField.self, field: 2)
    writer.writeUnlessZero(asOf, as: Int64Field.self, field: 3)
    writer.writeUnlessZero(windowSeconds, as: Int64Field.self, field: 4)
    writer.writeUnlessZero(resolutionSeconds, as: Int64Field.self, field: 5)
    writer.writeOptional(coverage, as: MessageField<Coverage>.self, field: 10)
  }

  func write(_ summary: SeriesSummary, to writer: inout WireWriter) {
    if summary.count > 0 {
      writer.writeUnlessZero(summary.count, as: Int64Field.self, field: 1)
      writer.writeUnlessZero(summary.sum, as: DoubleField.self, field: 2)
      writer.writeUnlessZero(
        summary.sum / Double(summary.count), as: DoubleField.self, field: 3)
      writer.writeUnlessZero(summary.min, as: DoubleField.self, field: 4)
      writer.writeUnlessZero(summary.max, as: DoubleField.self, field: 5)
    }
    writer.writeUnlessZero(summary.positiveInfinities, as: Int64Field.self, field: 6)
    writer.writeUnlessZero(summary.negativeInfinities, as: Int64Field.self, field: 7)
  }
}
