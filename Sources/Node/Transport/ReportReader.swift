// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf

/// A page of a summary, as the display deals with it.
struct SummaryPage {
  var summary: Summary
  /// Empty: this was the last page.
  var nextPageToken: String
}

/// Reads a `telemetry.Report` row by row, in the order of the message.
///
/// The generated `Report` has a dictionary by `String`, and Swift's strings are equal when they
/// look the same ("é" as one scalar or as two); names of series differ when their bytes do.
enum ReportReader {
  /// - Throws: `DecodingError` for bytes that are no report.
  static func read(_ message: [UInt8]) throws(DecodingError) -> SummaryPage {
    let bytes = unsafe message.span.bytes
    var reader = WireReader(0..<message.count)
    var summary = Summary(rows: [], asOf: 0, windowSeconds: 0, resolutionSeconds: 0)
    var token = ""
    while let tag = try reader.readTag(bytes) {
      switch (tag.field, tag.wireType) {
      case (1, .lengthDelimited):
        summary.rows.append(try row(try reader.readLengthDelimited(bytes), of: message))
      case (2, .lengthDelimited):
        token = String(decoding: message[try reader.readLengthDelimited(bytes)], as: UTF8.self)
      case (3, .varint): summary.asOf = Int64(bitPattern: try reader.readVarint(bytes))
      case (4, .varint): summary.windowSeconds = Int64(bitPattern: try reader.readVarint(bytes))
      case (5, .varint): summary.resolutionSeconds = Int64(bitPattern: try reader.readVarint(bytes))
      case (10, .lengthDelimited):
        let range = try reader.readLengthDelimited(bytes)
        summary.coverage = SummaryCoverage(try Coverage(decoding: Array(message[range])))
      case (11, .lengthDelimited):
        let range = try reader.readLengthDelimited(bytes)
        summary.rows.append(try SeriesMessage(message, range).row)
      case (12, .lengthDelimited):
        try appendDoubles(bytes, try reader.readLengthDelimited(bytes), to: &summary.quantiles)
      case (13, .varint): summary.from = Int64(bitPattern: try reader.readVarint(bytes))
      case (14, .varint): summary.to = Int64(bitPattern: try reader.readVarint(bytes))
      case (15, .varint): summary.quantilesFrom = Int64(bitPattern: try reader.readVarint(bytes))
      case (16, .varint): summary.quantilesTo = Int64(bitPattern: try reader.readVarint(bytes))
      default: try reader.skip(tag, bytes)
      }
    }
    return SummaryPage(summary: summary, nextPageToken: token)
  }

  private static func appendDoubles(
    _ bytes: RawSpan, _ range: Range<Int>, to values: inout [Double]
  ) throws(DecodingError) {
    guard range.count % 8 == 0 else { throw DecodingError(.truncated, offset: range.upperBound) }
    for offset in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
      let bits = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
      values.append(Double(bitPattern: UInt64(littleEndian: bits)))
    }
  }

  private static func row(_ range: Range<Int>, of message: [UInt8]) throws(DecodingError)
    -> SeriesRow
  {
    let bytes = unsafe message.span.bytes
    var entry = WireReader(range)
    var name = 0..<0
    var summary = MetricSummary()
    while let tag = try entry.readTag(bytes) {
      switch (tag.field, tag.wireType) {
      case (1, .lengthDelimited): name = try entry.readLengthDelimited(bytes)
      case (2, .lengthDelimited):
        summary = try MetricSummary(decoding: Array(message[try entry.readLengthDelimited(bytes)]))
      default: try entry.skip(tag, bytes)
      }
    }
    return SeriesRow(name: String(decoding: message[name], as: UTF8.self), summary)
  }
}
