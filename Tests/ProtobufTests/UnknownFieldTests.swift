// SPDX-License-Identifier: Apache-2.0
import Protobuf
import Testing

@Suite("unknown and malformed fields")
struct UnknownFieldTests {
  @Test(
    "unknown fields are kept and written again, byte for byte",
    arguments: [
      [0x08, 0x96, 0x01], [0x09, 1, 2, 3, 4, 5, 6, 7, 8], [0x12, 2, 0xFF, 0xFE],
      [0x1D, 1, 2, 3, 4], [0x23, 0x08, 1, 0x2B, 0x2C, 0x24], [0x08, 1, 0x10, 2, 0x08, 3],
    ] as [[UInt8]])
  func kept(bytes: [UInt8]) throws {
    let message = try Nothing(decoding: bytes)
    #expect(message.unknownFields.bytes == bytes)
    #expect(message.encoded() == bytes)
  }

  @Test("a known field of another wire type is unknown")
  func otherWireType() throws {
    let bytes: [UInt8] = [0x0D, 1, 2, 3, 4]
    let message = try Singles(decoding: bytes)
    #expect(message.int32Value == 0)
    #expect(message.encoded() == bytes)
  }

  @Test("unknown fields of nested messages are kept where they were")
  func nested() throws {
    let bytes: [UInt8] = [0x8A, 0x01, 2, 0x78, 1]
    let message = try Singles(decoding: bytes)
    #expect(message.unknownFields.isEmpty)
    #expect(message.leaf?.unknownFields.bytes == [0x78, 1])
    #expect(message.encoded() == bytes)
  }

  @Test(
    "a malformed tag or group is told by its reason",
    arguments: [
      ([0x00, 0x00], .fieldNumberInvalid), ([0x07], .wireTypeInvalid),
      ([0x80, 0x80, 0x80, 0x80, 0x10, 0x00], .fieldNumberInvalid), ([0x0E], .wireTypeInvalid),
      ([0x0C], .groupEndUnmatched), ([0x0B, 0x14], .groupEndUnmatched), ([0x0B], .truncated),
      ([UInt8](repeating: 0xFF, count: 11), .varintTooLong),
      ([0x88, 0x80, 0x80, 0x80, 0x80, 0x00, 1], .varintTooLong),
      ([0x0A, 0x81, 0x80, 0x80, 0x80, 0x80, 0x00, 65], .varintTooLong),
    ] as [([UInt8], DecodingError.Reason)])
  func malformed(bytes: [UInt8], reason: DecodingError.Reason) {
    let error = #expect(throws: DecodingError.self) { try Nothing(decoding: bytes) }
    #expect(error?.reason == reason)
  }

  @Test("a string that is not UTF-8 is an error that names its field")
  func notUTF8() {
    let bytes: [UInt8] = [0x8A, 1, 4, 0x12, 2, 0xC3, 0x28]
    let error = #expect(throws: DecodingError.self) { try Singles(decoding: bytes) }
    #expect(error == DecodingError(.stringNotUTF8, offset: 5, path: ["leaf", "text"]))
    #expect(error?.description == "a string is not UTF-8 at byte 5 in field leaf.text")
  }

  @Test("messages nest 100 deep and no deeper, groups and maps too")
  func depth() throws {
    func nested(_ levels: Int) -> [UInt8] {
      (0..<levels).reduce(into: [UInt8]()) { bytes, _ in
        bytes = WireWriter.encode { writer in
          writer.write(bytes.span.bytes, field: 18)
        }
      }
    }
    _ = try Singles(decoding: nested(100))
    let error = #expect(throws: DecodingError.self) { try Singles(decoding: nested(101)) }
    #expect(error?.reason == .nestedTooDeep)

    func groups(_ levels: Int) -> [UInt8] {
      [UInt8](repeating: 0x0B, count: levels) + [UInt8](repeating: 0x0C, count: levels)
    }
    _ = try Nothing(decoding: groups(100))
    #expect(throws: DecodingError.self) { try Nothing(decoding: groups(101)) }
  }
}
