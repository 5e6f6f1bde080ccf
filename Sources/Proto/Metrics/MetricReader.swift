// SPDX-License-Identifier: Apache-2.0
internal import Protobuf

/// A ``Metric`` read in place.
public struct MetricView: Sendable {
  /// What is read as of a point; `labels` is empty, whatever labels there are.
  public var point: PointView
  /// Where the labels lie, other fields perhaps between them; empty when there are none.
  public var labels: Range<Int>
  /// The timestamp's nanoseconds are of one second, as protobuf requires; they are cut off.
  public var isTimeValid: Bool
}

/// Reads a ``Metric`` where it lies, without an allocation. It accepts what the generated decoder
/// does, but leaves UTF-8 to whoever admits the point.
public enum MetricReader {
  /// Of a point's labels.
  private static let pointLabelsTag: UInt8 = 0x22

  /// The metric at `range`, which must lie within `bytes`. O(size of the metric).
  ///
  /// - Throws: ``PointError`` with the reason and the offset in the span.
  public static func read(_ bytes: RawSpan, _ range: Range<Int>) throws(PointError) -> MetricView {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount, "range not in span")
    do throws(DecodingError) {
      return try readAny(bytes, range)
    } catch {
      throw PointError(error.reason, offset: error.offset)
    }
  }

  private static func readAny(
    _ bytes: RawSpan, _ range: Range<Int>
  ) throws(DecodingError) -> MetricView {
    var reader = WireReader(range)
    var name = 0..<0
    var value = 0.0
    var time: Int64 = 0
    var nanos: Int32 = 0
    var labels = 0..<0
    var kind: UInt8 = 0
    while true {
      let start = reader.offset
      guard let tag = try reader.readTag(bytes) else { break }
      switch (tag.field, tag.wireType) {
      case (1, .lengthDelimited): name = try reader.readLengthDelimited(bytes)
      case (2, .fixed64): value = Double(bitPattern: try reader.readFixed64(bytes))
      case (3, .lengthDelimited):
        _ = try LabelView(bytes, try reader.readLengthDelimited(bytes))
        labels = (labels.isEmpty ? start : labels.lowerBound)..<reader.offset
      case (4, .lengthDelimited):
        try readTime(bytes, try reader.readLengthDelimited(bytes), &time, &nanos)
      case (5, .varint): kind = Self.kind(try reader.readVarint(bytes))
      default: try reader.skip(tag, bytes)
      }
    }
    return MetricView(
      point: PointView(
        nameOffset: name.lowerBound, nameLength: name.count, value: value, time: time, kind: kind),
      labels: labels, isTimeValid: (0...999_999_999).contains(nanos))
  }

  /// A `google.protobuf.Timestamp`, which may come in several parts.
  private static func readTime(
    _ bytes: RawSpan, _ range: Range<Int>, _ seconds: inout Int64, _ nanos: inout Int32
  ) throws(DecodingError) {
    var reader = WireReader(range)
    reader.depth = 1
    while let tag = try reader.readTag(bytes) {
      switch (tag.field, tag.wireType) {
      case (1, .varint): seconds = Int64(bitPattern: try reader.readVarint(bytes))
      case (2, .varint): nanos = Int32(truncatingIfNeeded: try reader.readVarint(bytes))
      default: try reader.skip(tag, bytes)
      }
    }
  }

  /// What a ``MetricType`` is as a ``MetricKind``.
  private static func kind(_ number: UInt64) -> UInt8 {
    switch MetricType(rawValue: Int32(truncatingIfNeeded: number)) {
    case .counter: UInt8(MetricKind.counter.rawValue)
    case .gauge: UInt8(MetricKind.gauge.rawValue)
    case .histogram: UInt8(MetricKind.histogram.rawValue)
    default: 0
    }
  }

  /// Writes name and labels as those of a point, which is what they are from then on.
  ///
  /// - Parameters:
  ///   - metric: as ``read(_:_:)`` gave it of `bytes`, with labels.
  ///   - scratch: replaced.
  public static func point(
    _ metric: MetricView, of bytes: RawSpan, into scratch: inout [UInt8]
  ) -> PointView {
    scratch.removeAll(keepingCapacity: true)
    append(bytes, metric.point.name, to: &scratch)
    var reader = WireReader(metric.labels)
    do throws(DecodingError) {
      while let tag = try reader.readTag(bytes) {
        let body = reader.offset
        try reader.skip(tag, bytes)
        guard tag.field == 3, tag.wireType == .lengthDelimited else { continue }
        scratch.append(pointLabelsTag)
        append(bytes, body..<reader.offset, to: &scratch)
      }
    } catch {
      preconditionFailure("no labels of a metric that was read")
    }
    let point = metric.point
    return PointView(
      nameOffset: 0, nameLength: point.nameLength, value: point.value, time: point.time,
      labels: point.nameLength..<scratch.count, kind: point.kind)
  }

  private static func append(_ bytes: RawSpan, _ range: Range<Int>, to scratch: inout [UInt8]) {
    unsafe bytes.extracting(range).withUnsafeBytes { unsafe scratch.append(contentsOf: $0) }
  }
}
