// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Shard

/// Rows as `telemetry.SeriesReport`.
extension ReportEncoder {
  /// All rows, each an entry of field `field`. O(bytes).
  func encodeSeries(_ report: PartialReport, field: Int) -> [UInt8] {
    let summaries = SummaryEncoder(self, report, rows: 0..<report.count)
    return WireWriter.encode { writer in
      for row in 0..<report.count {
        write(series: row, of: report, field: field, to: &writer) {
          summaries.write(row, at: row, to: &$0)
        }
      }
    }
  }

  /// One row: its name and labels, then its summary.
  func write(
    series row: Int, of report: PartialReport, field: Int, to writer: inout WireWriter,
    _ summary: (inout WireWriter) -> Void
  ) {
    writer.writeNested(field: field) { series in
      Self.write(key: unsafe report.nameBytes.span.bytes, report.nameRange(row), to: &series)
      series.writeNested(field: 3, summary)
    }
  }

  /// The name and the labels of a series key.
  private static func write(key: RawSpan, _ range: Range<Int>, to writer: inout WireWriter) {
    var end = SeriesKey.nameEnd(key, range)
    if end > range.lowerBound { writer.write(field: 1, key, range.lowerBound..<end) }
    while end < range.upperBound {
      let label = end + 1..<SeriesKey.nameEnd(key, end + 1..<range.upperBound)
      let mark = label.first {
        unsafe key.unsafeLoad(fromByteOffset: $0, as: UInt8.self) == SeriesKey.valueMark
      }
      let value = (mark ?? label.upperBound - 1) + 1
      writer.writeNested(field: 2) { entry in
        entry.write(field: 1, key, label.lowerBound..<(mark ?? label.upperBound))
        entry.write(field: 2, key, value..<label.upperBound)
      }
      end = label.upperBound
    }
  }
}
