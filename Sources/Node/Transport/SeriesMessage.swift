// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf

/// A `telemetry.SeriesReport`, its name and labels as bytes: series differ when these do, and
/// Swift's strings are equal when they look the same.
struct SeriesMessage {
  private(set) var metric: ArraySlice<UInt8> = []
  /// In order of their names' bytes.
  private(set) var labels: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
  private(set) var summary = MetricSummary()

  /// - Throws: `DecodingError` for bytes that are none.
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

  /// The series' key.
  var key: [UInt8] {
    labels.reduce(into: Array(metric)) { key, label in
      key.append(SeriesKey.labelMark)
      key += label.name
      key.append(SeriesKey.valueMark)
      key += label.value
    }
  }

  /// The row, as the display deals with it.
  var row: SeriesRow {
    let metric = String(decoding: metric, as: UTF8.self)
    let labels = labels.map {
      (
        name: String(decoding: $0.name, as: UTF8.self),
        value: String(decoding: $0.value, as: UTF8.self)
      )
    }
    var row = SeriesRow(name: SeriesText.show(metric: metric, labels: labels), summary)
    row.metric = metric
    row.labels = labels.map(SeriesRow.Label.init)
    return row
  }
}
