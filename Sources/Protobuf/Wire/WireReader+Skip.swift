// SPDX-License-Identifier: Apache-2.0

extension WireReader {
  /// Goes past the value of `tag`, which has just been read; a group whole, with its matching end.
  public mutating func skip(_ tag: WireTag, _ bytes: RawSpan) throws(DecodingError) {
    switch tag.wireType {
    case .varint: _ = try readVarint(bytes)
    case .fixed64: _ = try readFixed64(bytes)
    case .lengthDelimited: _ = try readLengthDelimited(bytes)
    case .fixed32: _ = try readFixed32(bytes)
    case .groupStart: try skipGroup(tag.field, bytes)
    case .groupEnd: throw DecodingError(.groupEndUnmatched, offset: offset)
    }
  }

  /// Iterative, so that a deep group costs no stack: `open` holds the groups not yet ended.
  private mutating func skipGroup(_ field: Int, _ bytes: RawSpan) throws(DecodingError) {
    var open = [field]
    while let innermost = open.last {
      guard depth + open.count <= WireLimits.nestingDepthMax else {
        throw DecodingError(.nestedTooDeep, offset: offset)
      }
      let start = offset
      guard let tag = try readTag(bytes) else { throw DecodingError(.truncated, offset: offset) }
      switch tag.wireType {
      case .groupStart: open.append(tag.field)
      case .groupEnd where tag.field == innermost: open.removeLast()
      case .groupEnd: throw DecodingError(.groupEndUnmatched, offset: start)
      default: try skip(tag, bytes)
      }
    }
  }
}
