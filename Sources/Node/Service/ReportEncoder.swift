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
  /// Points after `from` and up to `to` are in the report, Unix seconds. Rates are over this span.
  var from: Int64
  var to: Int64
  /// The same for quantiles.
  var quantilesFrom: Int64
  var quantilesTo: Int64
  /// What rows are answered with.
  var statistics = StatisticSet.all
  /// Which quantiles rows have; each within 0...1.
  var quantiles: [Double] = []
  /// All rows go to `series`, none to `metrics`.
  var isRowByRow = false

  /// The message with the rows that are asked for. O(bytes).
  func encode(_ report: PartialReport, rows: some Collection<Int>) -> [UInt8] {
    let summaries = SummaryEncoder(self, report, rows: rows)
    return WireWriter.encode { writer in
      for (index, row) in rows.enumerated() {
        let key = report.nameRange(row)
        if isRowByRow || Self.hasLabels(report, key) {
          write(series: row, of: report, field: 11, to: &writer) {
            summaries.write(row, at: index, to: &$0)
          }
        } else {
          writer.writeNested(field: 1) { entry in
            entry.write(field: 1, unsafe report.nameBytes.span.bytes, key)
            entry.writeNested(field: 2) { summaries.write(row, at: index, to: &$0) }
          }
        }
      }
      writeHead(to: &writer)
    }
  }

  /// The message without rows.
  func encodeHead() -> [UInt8] { WireWriter.encode { writeHead(to: &$0) } }

  private func writeHead(to writer: inout WireWriter) {
    writer.writeUnlessZero(nextPageToken, as: StringField.self, field: 2)
    writer.writeUnlessZero(asOf, as: Int64Field.self, field: 3)
    writer.writeUnlessZero(windowSeconds, as: Int64Field.self, field: 4)
    writer.writeUnlessZero(resolutionSeconds, as: Int64Field.self, field: 5)
    writer.writeOptional(coverage, as: MessageField<Coverage>.self, field: 10)
    if hasQuantiles {
      writer.write(doubles: quantiles, quantiles.indices, field: 12)
    }
    writer.writeUnlessZero(from, as: Int64Field.self, field: 13)
    writer.writeUnlessZero(to, as: Int64Field.self, field: 14)
    if hasQuantiles {
      writer.writeUnlessZero(quantilesFrom, as: Int64Field.self, field: 15)
      writer.writeUnlessZero(quantilesTo, as: Int64Field.self, field: 16)
    }
  }

  /// Rows may have quantiles.
  var hasQuantiles: Bool { statistics.contains(.quantiles) && !quantiles.isEmpty }

  private static func hasLabels(_ report: PartialReport, _ key: Range<Int>) -> Bool {
    unsafe SeriesKey.nameEnd(report.nameBytes.span.bytes, key) < key.upperBound
  }
}

extension WireWriter {
  /// A field of bytes that are part of others.
  mutating func write(field: Int, _ bytes: RawSpan, _ range: Range<Int>) {
    write(WireTag(field: field, wireType: .lengthDelimited))
    write(varint: UInt64(range.count))
    write(raw: bytes.extracting(range))
  }

  /// A packed field of some of these doubles.
  mutating func write(doubles: [Double], _ range: Range<Int>, field: Int) {
    write(WireTag(field: field, wireType: .lengthDelimited))
    write(varint: UInt64(8 * range.count))
    for index in range { write(fixed64: doubles[index].bitPattern) }
  }
}
