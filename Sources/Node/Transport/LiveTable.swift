// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf

/// The rows of a live report at its reader: updates go in, the report as it is now comes out.
struct LiveTable {
  /// By series key: names are the same when their bytes are.
  private var rows: [[UInt8]: SeriesRow] = [:]
  private var head = Summary(rows: [], asOf: 0, windowSeconds: 0, resolutionSeconds: 0)

  /// The latest report; rows in no order.
  var summary: Summary {
    var summary = head
    summary.rows = Array(rows.values)
    return summary
  }

  /// Takes a `telemetry.MetricUpdate`.
  ///
  /// - Throws: `DecodingError` for bytes that are none.
  mutating func apply(_ message: [UInt8]) throws(DecodingError) {
    let bytes = unsafe message.span.bytes
    var reader = WireReader(0..<message.count)
    var changed: [SeriesMessage] = []
    var removed: [SeriesMessage] = []
    var isFull = false
    while let tag = try reader.readTag(bytes) {
      switch (tag.field, tag.wireType) {
      case (1, .varint): isFull = try reader.readVarint(bytes) != 0
      case (2, .lengthDelimited):
        changed.append(try SeriesMessage(message, try reader.readLengthDelimited(bytes)))
      case (3, .lengthDelimited):
        removed.append(try SeriesMessage(message, try reader.readLengthDelimited(bytes)))
      case (4, .lengthDelimited):
        let report = try reader.readLengthDelimited(bytes)
        head = try ReportReader.read(Array(message[report])).summary
      default: try reader.skip(tag, bytes)
      }
    }
    if isFull { rows = [:] }
    for series in removed { rows[series.key] = nil }
    for series in changed {
      var row = series.row
      // As in a summary, whose rows without labels are told by name alone.
      if row.labels.isEmpty { row.metric = nil }
      rows[series.key] = row
    }
  }
}
