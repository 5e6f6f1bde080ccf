// SPDX-License-Identifier: Apache-2.0
internal import Protobuf

/// Reads one ``BatchSeries`` after the other where it lies. What is in the texts is for others to
/// judge. Confined to whoever owns it.
public struct BatchSeriesReader {
  /// Where the metric's name lies.
  public private(set) var metric = 0..<0
  /// The number of its `MetricKind`; 0 for one that is not known, which peers would refuse.
  public private(set) var kind: UInt8 = 0
  /// In the order in which they came; a name may come twice, and then the last counts.
  public private(set) var labels: [LabelView] = []

  /// Nothing read yet.
  public init() {}

  /// Reads the series at `range`, which must lie within `bytes`. O(size of the series).
  ///
  /// - Throws: ``PointError`` with the reason and the offset in the span.
  public mutating func read(_ bytes: RawSpan, _ range: Range<Int>) throws(PointError) {
    metric = 0..<0
    kind = 0
    if !labels.isEmpty { labels.removeAll(keepingCapacity: true) }
    if let name = Self.nameAlone(bytes, range) {
      metric = name
      return
    }
    var reader = WireReader(range)
    reader.depth = 1
    do throws(DecodingError) {
      while let tag = try reader.readTag(bytes) {
        switch (tag.field, tag.wireType) {
        case (1, .lengthDelimited): metric = try reader.readLengthDelimited(bytes)
        case (2, .lengthDelimited):
          let entry = try reader.readLengthDelimited(bytes)
          labels.append(try LabelView(bytes, entry, depth: 2))
        case (3, .varint): kind = PointReader.kind(try reader.readVarint(bytes) & 0xFFFF_FFFF)
        default: try reader.skip(tag, bytes)
        }
      }
    } catch {
      throw PointError(error.reason, offset: error.offset)
    }
  }

  /// The name of a series that has no labels and no kind, as every encoder writes it; nil for all
  /// others.
  private static func nameAlone(_ bytes: RawSpan, _ range: Range<Int>) -> Range<Int>? {
    guard (2..<0x82).contains(range.count),
      unsafe bytes.unsafeLoad(fromByteOffset: range.lowerBound, as: UInt8.self) == 0x0A,
      unsafe Int(bytes.unsafeLoad(fromByteOffset: range.lowerBound + 1, as: UInt8.self))
        == range.count - 2
    else { return nil }
    return range.lowerBound + 2..<range.upperBound
  }
}
