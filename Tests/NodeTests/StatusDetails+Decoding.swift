// SPDX-License-Identifier: Apache-2.0
import Protobuf

@testable import Node

extension StatusDetails {
  /// The first detail of the wanted kind; nil when there is none.
  ///
  /// - Throws: `DecodingError` for bytes that are no `google.rpc.Status` or no such detail.
  static func decode<Detail: Message>(
    _ type: Detail.Type, from details: [UInt8]
  ) throws(DecodingError) -> Detail? {
    let bytes = details.span.bytes
    let wanted = "type.googleapis.com/" + Detail.fullName
    var status = WireReader(0..<details.count)
    while let tag = try status.readTag(bytes) {
      guard tag.field == 3, tag.wireType == .lengthDelimited else {
        try status.skip(tag, bytes)
        continue
      }
      let (name, value) = try any(try status.readLengthDelimited(bytes), of: bytes)
      if String(decoding: details[name], as: UTF8.self) == wanted {
        return try Detail(decoding: Array(details[value]))
      }
    }
    return nil
  }

  /// Where a `google.protobuf.Any` has its type and its value.
  private static func any(_ range: Range<Int>, of bytes: RawSpan) throws(DecodingError)
    -> (name: Range<Int>, value: Range<Int>)
  {
    var any = WireReader(range)
    var found = (name: 0..<0, value: 0..<0)
    while let tag = try any.readTag(bytes) {
      switch (tag.field, tag.wireType) {
      case (1, .lengthDelimited): found.name = try any.readLengthDelimited(bytes)
      case (2, .lengthDelimited): found.value = try any.readLengthDelimited(bytes)
      default: try any.skip(tag, bytes)
      }
    }
    return found
  }
}
