// SPDX-License-Identifier: Apache-2.0
internal import Protobuf

/// A label read in place: offsets into the bytes it was read from.
@frozen
public struct LabelView: Sendable, Hashable {
  /// Where the name lies; empty when it is absent.
  public let name: Range<Int>
  /// Where the value lies; empty when it is absent.
  public let value: Range<Int>

  @usableFromInline
  init(name: Range<Int>, value: Range<Int>) {
    self.name = name
    self.value = value
  }
}

/// Walks the labels of a point that ``PointReader`` has read, in the order they were sent: the same
/// name may come again, and the last counts. O(bytes), and nothing is allocated.
@frozen
public struct LabelReader {
  @usableFromInline var offset: Int
  @usableFromInline let end: Int

  /// - Parameter labels: as a ``PointView`` has it.
  @inlinable
  public init(_ labels: Range<Int>) {
    offset = labels.lowerBound
    end = labels.upperBound
  }

  /// The next label; nil: that was the last.
  ///
  /// - Parameter bytes: that the point was read from.
  @inlinable
  public mutating func next(_ bytes: RawSpan) -> LabelView? {
    precondition(end <= bytes.byteCount, "range not in span")
    guard offset < end else { return nil }
    guard let label = LabelView.plain(bytes, offset..<end) else { return nextOfAnyForm(bytes) }
    offset = label.value.upperBound
    return label
  }

  /// Other fields may lie between labels, and fields of any kind within one.
  @usableFromInline
  mutating func nextOfAnyForm(_ bytes: RawSpan) -> LabelView? {
    var reader = WireReader(offset..<end)
    defer { offset = reader.offset }
    do throws(DecodingError) {
      while let tag = try reader.readTag(bytes) {
        if tag.field == 4 && tag.wireType == .lengthDelimited {
          return try LabelView(bytes, try reader.readLengthDelimited(bytes))
        }
        try reader.skip(tag, bytes)
      }
      return nil
    } catch {
      preconditionFailure("no labels of a point that was read")
    }
  }
}

extension LabelView {
  /// A map's entry at the beginning of `range`, as every encoder writes it: name, value, together
  /// under 128 bytes. Nil for all others, right or wrong.
  ///
  /// Its loads are unchecked: each offset is compared with the range's end first, which must be
  /// within the span.
  @inlinable
  static func plain(_ bytes: RawSpan, _ range: Range<Int>) -> LabelView? {
    let start = range.lowerBound
    guard range.count >= 6, unsafe PointReader.byte(bytes, start) == 0x22 else { return nil }
    let length = Int(unsafe PointReader.byte(bytes, start + 1))
    guard (4..<0x80).contains(length), length <= range.count - 2,
      unsafe PointReader.byte(bytes, start + 2) == 0x0A
    else { return nil }
    let nameLength = Int(unsafe PointReader.byte(bytes, start + 3))
    guard nameLength <= length - 4 else { return nil }
    let nameEnd = start + 4 + nameLength
    let end = start + 2 + length
    guard unsafe PointReader.byte(bytes, nameEnd) == 0x12,
      Int(unsafe PointReader.byte(bytes, nameEnd + 1)) == end - nameEnd - 2
    else { return nil }
    return LabelView(name: start + 4..<nameEnd, value: nameEnd + 2..<end)
  }

  /// A map's entry that fills `range`, in any form.
  ///
  /// - Parameter depth: messages that it lies in.
  init(_ bytes: RawSpan, _ range: Range<Int>, depth: Int = 1) throws(DecodingError) {
    var reader = WireReader(range)
    reader.depth = depth
    var name = range.upperBound..<range.upperBound
    var value = name
    while let tag = try reader.readTag(bytes) {
      switch (tag.field, tag.wireType) {
      case (1, .lengthDelimited): name = try reader.readLengthDelimited(bytes)
      case (2, .lengthDelimited): value = try reader.readLengthDelimited(bytes)
      default: try reader.skip(tag, bytes)
      }
    }
    self.init(name: name, value: value)
  }
}
