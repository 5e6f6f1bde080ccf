// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Shard

/// Rows as `telemetry.SeriesReport`.
extension ReportEncoder {
  /// All rows, each an entry of field `field`. O(bytes).
  func encodeSeries(_ report: PartialReport, field: Int) -> [UInt8] {
    let keys = unsafe report.nameBytes.span.bytes
    return WireWriter.encode { writer in
      for row in 0..<report.count {
        writer.writeNested(field: field) { series in
          Self.write(key: keys, report.nameRange(row), to: &series)
          series.writeNested(field: 3) { write(report[row], to: &$0) }
        }
      }
    }
  }

  /// The name and the labels of a series key.
  static func write(key: RawSpan, _ range: Range<Int>, to writer: inout WireWriter) {
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

extension WireWriter {
  fileprivate mutating func write(field: Int, _ bytes: RawSpan, _ range: Range<Int>) {
    write(WireTag(field: field, wireType: .lengthDelimited))
    write(varint: UInt64(range.count))
    write(raw: bytes.extracting(range))
  }
}
