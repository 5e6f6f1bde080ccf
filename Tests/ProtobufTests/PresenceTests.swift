// SPDX-License-Identifier: Apache-2.0
import Protobuf
import Testing

@Suite("presence and defaults")
struct PresenceTests {
  @Test("a message at its defaults has no bytes")
  func empty() {
    #expect(Singles().encoded() == [])
    #expect(Optionals().encoded() == [])
    #expect(Repeats().encoded() == [])
    #expect(Choice().encoded() == [])
    #expect(Maps().encoded() == [])
  }

  @Test("an optional field at its default is written, and comes back present")
  func optional() throws {
    let message = Optionals.with {
      $0.int32Value = 0
      $0.stringValue = ""
      $0.boolValue = false
      $0.leaf = Leaf()
    }
    let bytes = message.encoded()
    #expect(bytes == [0x08, 0, 0x68, 0, 0x72, 0, 0x8A, 0x01, 0])
    #expect(try Optionals(decoding: bytes) == message)
    #expect(try Optionals(decoding: bytes).int64Value == nil)
  }

  @Test("minus zero is a value")
  func minusZero() throws {
    let message = Singles.with { $0.doubleValue = -0.0 }
    #expect(message.encoded().count == 9)
    #expect(try Singles(decoding: message.encoded()).doubleValue.sign == .minus)
  }

  @Test("a nested message that comes twice is merged, a scalar replaced, an array extended")
  func merge() throws {
    let first = Singles.with { $0.leaf = .with { $0.number = 1 } }
    let second = Singles.with { $0.leaf = .with { $0.text = "two" } }
    let merged = try Singles(decoding: first.encoded() + second.encoded())
    #expect(merged.leaf == Leaf.with { ($0.number, $0.text) = (1, "two") })

    var repeats = Repeats.with { $0.int32Values = [1] }
    try repeats.merge(decoding: Repeats.with { $0.int32Values = [2, 3] }.encoded())
    #expect(repeats.int32Values == [1, 2, 3])
  }

  @Test("of a oneof the last field wins, and only a message of the same field is merged")
  func oneof() throws {
    let number = Choice.with { $0.choice = .int32Value(5) }.encoded()
    let leafNumber = Choice.with { $0.choice = .leaf(.with { $0.number = 1 }) }.encoded()
    let leafText = Choice.with { $0.choice = .leaf(.with { $0.text = "two" }) }.encoded()
    #expect(
      try Choice(decoding: leafNumber + leafText).choice
        == .leaf(.with { ($0.number, $0.text) = (1, "two") }))
    #expect(
      try Choice(decoding: leafNumber + number + leafText).choice
        == .leaf(.with { $0.text = "two" }))
    #expect(try Choice(decoding: leafText + number).choice == .int32Value(5))
  }

  @Test("a oneof's default is written")
  func oneofDefault() throws {
    let bytes = Choice.with { $0.choice = .stringValue("") }.encoded()
    #expect(bytes == [0x72, 0])
    #expect(try Choice(decoding: bytes).choice == .stringValue(""))
  }

  @Test("field names that Swift wants for itself can be used all the same")
  func reservedNames() throws {
    let message = Singles.with {
      $0.default = true
      $0.selfField = 1
      $0.unknownFieldsField = 2
    }
    #expect(try Singles(decoding: message.encoded()) == message)
    #expect(Singles.fieldName(536_870_911) == "default")
  }
}
