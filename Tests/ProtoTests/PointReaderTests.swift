// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Testing

@Suite("the point reader")
struct PointReaderTests {
  @Test("reads what an encoder writes, at any place in a span", arguments: [0, 1, 7])
  func canonical(padding: Int) throws {
    let point = Point.with {
      $0.metric = "cpu.load"
      $0.value = -2.5
      $0.timestamp = 1_700_000_000
    }
    let encoded = point.encoded()
    let bytes = [UInt8](repeating: 0xFF, count: padding) + encoded + [0xFF]
    let range = padding..<padding + encoded.count
    let view = try PointReader.read(bytes.span.bytes, range)
    #expect(String(decoding: bytes[view.name], as: UTF8.self) == "cpu.load")
    #expect(view.value == -2.5)
    #expect(view.time == 1_700_000_000)
  }

  @Test("an absent field reads as its default")
  func absent() throws {
    #expect(
      try read([]) == PointView(nameOffset: 0, nameLength: 0, value: 0, time: 0))
    #expect(
      try read([0x0A, 1, 0x61]) == PointView(nameOffset: 2, nameLength: 1, value: 0, time: 0))
    #expect(
      try read([0x0A, 1, 0x61, 0x18, 5])
        == PointView(nameOffset: 2, nameLength: 1, value: 0, time: 5))
  }

  @Test("a negative time has ten bytes")
  func negativeTime() throws {
    let bytes = Point.with { $0.timestamp = -1 }.encoded()
    #expect(bytes.count == 11)
    #expect(try read(bytes).time == -1)
  }

  @Test("of a field that comes twice the last wins")
  func lastWins() throws {
    let bytes: [UInt8] = [0x0A, 1, 0x61, 0x18, 5, 0x0A, 2, 0x62, 0x63, 0x18, 6]
    #expect(try read(bytes) == PointView(nameOffset: 7, nameLength: 2, value: 0, time: 6))
  }

  @Test("fields of an unknown number or an unexpected layout are skipped")
  func unknown() throws {
    let bytes: [UInt8] = [
      0x32, 2, 1, 2,  // 6: two bytes
      0x08, 3,  // 1 as a varint
      0x20, 9,  // 4 as a varint
      0x2B, 0x33, 0x34, 0x2C,  // 5: a group in which lies another
      0x1D, 0, 0, 0, 0,  // 3 as four bytes
      0x0A, 1, 0x61,
    ]
    #expect(try read(bytes).name == bytes.count - 1..<bytes.count)
  }

  @Test(
    "malformed bytes are told by reason and offset",
    arguments: [
      ([0x0A], .truncated, 1),
      ([0x0A, 5, 0x61], .truncated, 1),
      ([0x11, 1, 2, 3], .truncated, 1),
      ([0x18], .truncated, 1),
      ([0x18, 0x80], .truncated, 1),
      ([0x18] + [UInt8](repeating: 0x80, count: 10) + [0], .varintTooLong, 1),
      ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], .varintTooLong, 1),
      ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], .truncated, 1),
      ([0x00, 0], .fieldNumberInvalid, 0),
      ([0x0A, 1, 0x61, 0x07], .wireTypeInvalid, 3),
      ([0x2C], .groupEndUnmatched, 1),
      ([0x2B, 0x34], .groupEndUnmatched, 1),
      ([0x2B], .truncated, 1),
      ([UInt8](repeating: 0x2B, count: 200), .nestedTooDeep, 101),
    ] as [([UInt8], DecodingError.Reason, Int)])
  func malformed(bytes: [UInt8], reason: DecodingError.Reason, offset: Int) {
    #expect(throws: PointError(reason, offset: offset)) { try read(bytes) }
  }

  @Test("labels and kind are read by the short path and by the general one alike")
  func labels() throws {
    let tail = Point.with {
      $0.labels = ["host": "a"]
      $0.kind = .counter
    }.encoded()
    for name in ["m", String(repeating: "m", count: 200)] {
      let bytes = Point.with { $0.metric = name }.encoded() + tail
      let view = try read(bytes)
      var labels = LabelReader(view.labels)
      let first = labels.next(bytes.span.bytes)
      let label = try #require(first)
      #expect(bytes[label.name].elementsEqual("host".utf8))
      #expect(bytes[label.value].elementsEqual("a".utf8))
      let second = labels.next(bytes.span.bytes)
      #expect(second == nil)
      #expect(view.kind == 2)
    }
  }

  @Test(
    "an unknown kind is none",
    arguments: [([0x28, 3], 3), ([0x28, 4], 0), ([0x28, 0xFF, 1], 0)] as [([UInt8], UInt8)])
  func kinds(bytes: [UInt8], kind: UInt8) throws {
    #expect(try read(bytes).kind == kind)
    #expect(try read([0x0A, 1, 0x61] + bytes).kind == kind)
  }

  private func read(_ bytes: [UInt8]) throws -> PointView {
    try PointReader.read(bytes.span.bytes, 0..<bytes.count)
  }
}
