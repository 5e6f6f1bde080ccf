// SPDX-License-Identifier: Apache-2.0
import Protobuf
import Testing

@Suite("repeated fields, maps and enumerations")
struct CollectionTests {
  @Test("numbers are written packed, unless the definition says otherwise")
  func packing() {
    #expect(Repeats.with { $0.int32Values = [1, 2, 300] }.encoded() == [0x0A, 4, 1, 2, 0xAC, 2])
    #expect(Repeats.with { $0.unpacked = [1, 2] }.encoded() == [0x90, 1, 1, 0x90, 1, 2])
  }

  @Test("packed and unpacked numbers are read alike, mixed too")
  func unpacking() throws {
    #expect(try Repeats(decoding: [0x08, 1, 0x0A, 2, 2, 3, 0x08, 4]).int32Values == [1, 2, 3, 4])
    #expect(try Repeats(decoding: [0x92, 1, 2, 7, 8]).unpacked == [7, 8])
  }

  @Test("a packed field that ends within a number is an error")
  func packedTruncated() {
    #expect(throws: DecodingError(.truncated, offset: 3, path: ["int32_values"])) {
      try Repeats(decoding: [0x0A, 2, 1, 0x80])
    }
  }

  @Test("a map comes back; an absent key or value is its default; the last entry wins")
  func maps() throws {
    let message = Maps.with {
      $0.leafMap = ["a": .with { $0.number = 1 }, "": Leaf()]
      $0.int64Map = [-1: 1, 0: 0]
      $0.boolMap = [true: false, false: true]
      $0.again = ["deeper": .with { $0.doubleMap = ["x": .infinity] }]
    }
    #expect(try Maps(decoding: message.encoded()) == message)
    #expect(try Maps(decoding: [0x0A, 0]).int32Map == [0: 0])
    #expect(try Maps(decoding: [0x0A, 4, 0x10, 5, 0x08, 1]).int32Map == [1: 5])
    #expect(try Maps(decoding: [0x0A, 4, 8, 1, 16, 1, 0x0A, 4, 8, 1, 16, 2]).int32Map == [1: 2])
  }

  @Test("numbers without a name are kept, names are those of the definition")
  func openEnums() throws {
    let bytes = Singles.with { $0.colour = Colour(rawValue: 99) }.encoded()
    let colour = try Singles(decoding: bytes).colour
    #expect(colour.rawValue == 99)
    #expect(colour.name == nil)
    #expect(colour.description == "99")
    #expect(Colour.crimson == .red)
    #expect(Colour.crimson.description == "COLOUR_RED")
    #expect(Colour.namedValues == [.unspecified, .red, .far, .negative])
  }

  @Test("a negative enumeration value has ten bytes")
  func negativeEnum() throws {
    let bytes = Singles.with { $0.colour = .negative }.encoded()
    #expect(bytes.count == 12)
    #expect(try Singles(decoding: bytes).colour == .negative)
  }
}
