// SPDX-License-Identifier: Apache-2.0
import Router
import Shard
import TestKit
import Testing

@Suite("dictionary of names")
struct NameDictionaryTests {
  @Test("numbers like its twin, whatever lies around the name", arguments: [1, 2, 3] as [UInt64])
  func twin(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let dictionary = NameDictionary(number: 4)
    var ids: [[UInt8]: UInt32] = [:]
    for _ in 0..<5000 {
      let row = TestRow(TestRow.name(random.int(in: 0...4999)), 0)
      let before = random.bytes(random.int(in: 0...9))
      let source = before + row.name + random.bytes(random.int(in: 0...9))
      let range = before.count..<before.count + row.name.count
      // A few hashes only, in one run of three: different names share them.
      let hash = seed == 3 ? UInt64(row.name.count % 7) : testHash(row.name)
      let id = dictionary.id(hash: hash, nameFrom: source.span.bytes, range: range)
      let expected = ids[row.name] ?? UInt32(ids.count)
      ids[row.name] = expected
      #expect(id == expected)
      #expect(dictionary.nameLength(expected) == row.name.count)
      #expect(dictionary.count == ids.count)
    }
  }

  @Test("gives a batch's rows the same ids")
  func batches() {
    var random = SplitMix64(seed: 9)
    let rows = TestRow.random(4000, names: 3000, &random)
    let dictionary = NameDictionary(number: 1)
    let ids = rows.map { row in
      dictionary.id(
        hash: testHash(row.name), nameFrom: row.name.span.bytes, range: row.name.indices)
    }
    var columns = FrameColumns(dictionary)
    #expect(columns.take(PointColumns(rows)) == .all)
    #expect(columns.ids == ids)
  }

  @Test("has room for so many names")
  func namesMax() {
    let dictionary = NameDictionary(number: 1, namesMax: 2, nameBytesMax: 1000)
    #expect(dictionary.testID("a") == 0)
    #expect(dictionary.testID("b") == 1)
    #expect(dictionary.testID("c") == nil)
    #expect(dictionary.testID("a") == 0)
    var columns = FrameColumns(dictionary)
    let batch = PointColumns([TestRow("b", 1), TestRow("a", 2), TestRow("c", 3), TestRow("b", 4)])
    #expect(columns.take(batch) == .dictionaryFull(next: 2))
    #expect(columns.ids == [1, 0])
    #expect(columns.values == [1, 2])
  }

  @Test("has room for so many bytes, rounded up to eight a name")
  func nameBytesMax() {
    let dictionary = NameDictionary(number: 1, namesMax: 100, nameBytesMax: 24)
    #expect(dictionary.testID("123456789") == 0)
    #expect(dictionary.testID("123456780") == nil)
    #expect(dictionary.testID("1") == 1)
    #expect(dictionary.testID("2") == nil)
  }

  @Test("holds the longest name, and the most names")
  func largest() {
    let dictionary = NameDictionary(number: 1)
    let long = String(repeating: "l", count: ShardLimits.nameBytesMax)
    #expect(dictionary.testID(long) == 0)
    #expect(dictionary.nameLength(0) == ShardLimits.nameBytesMax)
    for number in 1..<RouterLimits.dictionaryNamesMax {
      let name = Array("\(number)".utf8)
      let hash = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
      let id = dictionary.id(hash: hash, nameFrom: name.span.bytes, range: name.indices)
      guard id == UInt32(number) else { return #expect(id == UInt32(number)) }
    }
    #expect(dictionary.testID("one more") == nil)
    #expect(dictionary.testID(long) == 0)
  }
}

extension NameDictionary {
  fileprivate func testID(_ name: String) -> UInt32? {
    let bytes = Array(name.utf8)
    return id(hash: testHash(bytes), nameFrom: bytes.span.bytes, range: bytes.indices)
  }
}
