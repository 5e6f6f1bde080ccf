// SPDX-License-Identifier: Apache-2.0
import Protobuf
import Testing

@Suite("wire values")
struct WireTests {
  @Test(
    "a varint has a byte for each started seven bits, and comes back",
    arguments: [0, 1, 127, 128, 16383, 16384, 1 << 28, 1 << 35, 1 << 63, .max] as [UInt64])
  func varint(value: UInt64) throws {
    let bytes = WireWriter.encode { $0.write(varint: value) }
    #expect(bytes.count == max(1, (64 - value.leadingZeroBitCount + 6) / 7))
    #expect(bytes.count == WireWriter.varintSize(value))
    var reader = WireReader(0..<bytes.count)
    #expect(try reader.readVarint(bytes.span.bytes) == value)
    #expect(reader.isAtEnd)
  }

  @Test(
    "zigzag keeps small negative numbers short",
    arguments: [(0, [0]), (-1, [1]), (1, [2]), (-64, [127]), (Int64.min, nil)]
      as [(Int64, [UInt8]?)])
  func zigzag(value: Int64, expected: [UInt8]?) throws {
    let bytes = WireWriter.encode { SInt64Field.writeValue(value, to: &$0) }
    if let expected { #expect(bytes == expected) }
    var reader = WireReader(0..<bytes.count)
    #expect(try SInt64Field.readValue(from: &reader, in: bytes.span.bytes) == value)
  }

  @Test("bits of a varint beyond the 64th are dropped")
  func overlong() throws {
    let bytes = [UInt8](repeating: 0xFF, count: 9) + [0x7F]
    var reader = WireReader(0..<10)
    #expect(try reader.readVarint(bytes.span.bytes) == .max)
  }

  @Test(
    "a value that the end cuts off is an error at its start",
    arguments: [
      ([0x08], 1), ([0x08, 0x80], 1), ([0x5D, 0, 0, 0], 1), ([0x61, 0], 1), ([0x72, 2, 0x61], 1),
      ([0x80], 0),
    ] as [([UInt8], Int)])
  func truncated(bytes: [UInt8], offset: Int) throws {
    let error = #expect(throws: DecodingError.self) { try Singles(decoding: bytes) }
    #expect(error?.reason == .truncated)
    #expect(error?.offset == offset)
  }

  @Test("an unexpectedly nested length ends the nested message, not the outer one")
  func nestedEnd() throws {
    // leaf of two bytes, whose field 1 is cut off although the outer message goes on.
    let bytes: [UInt8] = [0x8A, 0x01, 0x02, 0x08, 0x80, 0x08, 0x01]
    #expect(throws: DecodingError(.truncated, offset: 4, path: ["leaf", "number"])) {
      try Singles(decoding: bytes)
    }
  }

  @Test("the two passes measure and write the same, however deep")
  func twoPasses() throws {
    var message = Singles.with { $0.stringValue = "core" }
    for _ in 0..<60 {
      let inner = message
      message = .with {
        $0.again = inner
        $0.leaf = .with { $0.text = String(repeating: "x", count: 200) }
      }
    }
    #expect(message.encoded().count == message.encodedSize)
    #expect(try Singles(decoding: message.encoded()) == message)
  }
}
