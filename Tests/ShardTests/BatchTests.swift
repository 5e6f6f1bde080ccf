// SPDX-License-Identifier: Apache-2.0
import Shard
import Testing

@Suite("a batch of points")
struct BatchTests {
  private static let now: Int64 = 1_700_000_000

  @Test("is full when its rows are")
  func rows() {
    let batch = PointColumns(rowsMax: 2, nameBytesMax: 64)
    #expect(batch.isEmpty)
    #expect(batch.append(TestPoint(name: "a", value: 1, time: 1)))
    #expect(batch.append(TestPoint(name: "b", value: 1, time: 1)))
    #expect(!batch.append(TestPoint(name: "c", value: 1, time: 1)))
    #expect(batch.count == 2)
    batch.reset()
    #expect(batch.isEmpty && batch.append(TestPoint(name: "c", value: 1, time: 1)))
  }

  @Test("is full when its names are")
  func nameBytes() {
    let batch = PointColumns(rowsMax: 10, nameBytesMax: 24)
    #expect(batch.append(TestPoint(name: "123456789", value: 1, time: 1)))
    #expect(!batch.append(TestPoint(name: "123456789", value: 1, time: 1)))
    #expect(batch.append(TestPoint(name: "12345678", value: 1, time: 1)))
    #expect(!batch.append(TestPoint(name: "1", value: 1, time: 1)))
  }

  @Test("keeps names of every length, from any place")
  func lengths() {
    let source = Array("xyzabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    var core = ShardCore()
    let batch = PointColumns()
    var names: Set<String> = []
    for start in 0..<9 {
      for length in 1...(source.count - start) {
        let range = start..<(start + length)
        let name = String(decoding: source[range], as: UTF8.self)
        names.insert(name)
        let isAppended = batch.append(
          hash: testHash(name), nameFrom: source.span.bytes, range: range, value: 1,
          time: Self.now, ordinal: 0)
        #expect(isAppended)
      }
    }
    core.apply(batch, now: Self.now)
    #expect(Set(core.summaries(now: Self.now).keys) == names)
  }

  @Test("brings back rejected rows with the caller's tags, until it is reset")
  func rejections() {
    let batch = PointColumns()
    let name = [UInt8]("a".utf8)
    for (tag, time) in [(70, Self.now), (80, 5), (90, Self.now)] as [(UInt32, Int64)] {
      _ = batch.append(
        hash: 1, nameFrom: name.span.bytes, range: 0..<1, value: 1, time: time, ordinal: tag)
    }
    var core = ShardCore()
    core.apply(batch, now: Self.now)
    #expect(batch.rejections.map(\.row) == [1])
    #expect(batch.rejections.map(\.ordinal) == [80])
    #expect(batch.rejections.map(\.reason) == [.timeTooOld])
    batch.reset()
    #expect(batch.rejections.isEmpty)
  }
}
