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
    var changed: [Series] = []
    var removed: [Series] = []
    var isFull = false
    while let tag = try reader.readTag(bytes) {
      switch (tag.field, tag.wireType) {
      case (1, .varint): isFull = try reader.readVarint(bytes) != 0
      case (2, .lengthDelimited):
        changed.append(try Series(message, try reader.readLengthDelimited(bytes)))
      case (3, .lengthDelimited):
        removed.append(try Series(message, try reader.readLengthDelimited(bytes)))
      case (4, .lengthDelimited):
        let report = try reader.readLengthDelimited(bytes)
        head = try ReportReader.read(Array(message[report])).summary
      default: try reader.skip(tag, bytes)
      }
    }
    if isFull { rows = [:] }
    for series in removed { rows[series.key] = nil }
    for series in changed { rows[series.key] = SeriesRow(name: series.text, series.summary) }
  }
}

/// A `telemetry.SeriesReport`, its name and labels as bytes.
private struct Series {
  var metric: ArraySlice<UInt8> = []
  /// In order of their names' bytes.
  var labels: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
  var summary = MetricSummary()

  init(_ message: [UInt8], _ range: Range<Int>) throws(DecodingError) {
    let bytes = unsafe message.span.bytes
    var reader = WireReader(range)
    while let tag = try reader.readTag(bytes) {
      switch (tag.field, tag.wireType) {
      case (1, .lengthDelimited): metric = message[try reader.readLengthDelimited(bytes)]
      case (2, .lengthDelimited):
        labels.append(try Self.label(message, try reader.readLengthDelimited(bytes)))
      case (3, .lengthDelimited):
        summary = try MetricSummary(
          decoding: Array(message[try reader.readLengthDelimited(bytes)]))
      default: try reader.skip(tag, bytes)
      }
    }
    labels.sort { $0.name.lexicographicallyPrecedes($1.name) }
  }

  private static func label(
    _ message: [UInt8], _ range: Range<Int>
  ) throws(DecodingError) -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
    let bytes = unsafe message.span.bytes
    var reader = WireReader(range)
    var label = (name: message[0..<0], value: message[0..<0])
    while let tag = try reader.readTag(bytes) {
      switch (tag.field, tag.wireType) {
      case (1, .lengthDelimited): label.name = message[try reader.readLengthDelimited(bytes)]
      case (2, .lengthDelimited): label.value = message[try reader.readLengthDelimited(bytes)]
      default: try reader.skip(tag, bytes)
      }
    }
    return label
  }

  var key: [UInt8] {
    labels.reduce(into: Array(metric)) { key, label in
      key.append(SeriesKey.labelMark)
      key += label.name
      key.append(SeriesKey.valueMark)
      key += label.value
    }
  }

  /// As in `cpu{host="a"}`.
  var text: String {
    let name = String(decoding: metric, as: UTF8.self)
    guard !labels.isEmpty else { return name }
    let labels = labels.map { label in
      let value = String(decoding: label.value, as: UTF8.self).unicodeScalars
        .map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
      return "\(String(decoding: label.name, as: UTF8.self))=\"\(value)\""
    }
    return name + "{" + labels.joined(separator: ",") + "}"
  }
}
