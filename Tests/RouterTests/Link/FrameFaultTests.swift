// SPDX-License-Identifier: Apache-2.0
import Router
import Shard
import TestKit
import Testing

@Suite("faults of frames")
struct FrameFaultTests {
  /// One row of a body, part by part, so that each can be spoilt.
  private struct Parts {
    var layout: [UInt8] = [1]
    var names: [UInt8] = [1, 1, 0x61]
    var ids: [UInt8] = [0] + [UInt8](repeating: 0, count: 8)
    var values: [UInt8] = [0, 0] + [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]
    var times: [UInt8] = [0, 200, 1, 1]
    var rest: [UInt8] = []

    var body: [UInt8] { layout + names + ids + values + times + rest }
  }

  private func fault(rows: UInt32 = 1, _ change: (inout Parts) -> Void) -> FrameFault? {
    var parts = Parts()
    change(&parts)
    var decoder = FrameDecoder()
    do {
      _ = try decoder.decode(parts.body.span.bytes, rows: rows, dictionary: 1)
      return nil
    } catch {
      return error
    }
  }

  @Test("are not found in a body that has none")
  func none() throws {
    var decoder = FrameDecoder()
    #expect(try decoder.rows(Parts().body, 1) == [TestRow("a", 1, 100)])
  }

  @Test("in the size")
  func size() {
    #expect(fault(rows: 0) { _ in } == .malformed(.noRows, offset: 0))
    #expect(fault(rows: 4097) { _ in } == .tooLarge(.rows, count: 4097, limit: 4096))
    #expect(
      fault(rows: .max) { _ in } == .tooLarge(.rows, count: Int(UInt32.max), limit: 4096))
    let limit = RouterLimits.frameBodyBytesMax
    #expect(
      fault { $0.rest = [UInt8](repeating: 0, count: limit) }
        == .tooLarge(.bodyBytes, count: limit + Parts().body.count, limit: limit))
  }

  @Test("in the layout")
  func layout() {
    #expect(fault { $0.layout = [3] } == .malformed(.layoutUnknown, offset: 0))
    #expect(fault { $0.rest = [0] } == .malformed(.trailingBytes, offset: 27))
    #expect(fault { $0.values[0] = 3 } == .malformed(.encodingUnknown, offset: 13))
    #expect(fault { $0.times[0] = 2 } == .malformed(.encodingUnknown, offset: 23))
  }

  @Test("in kinds")
  func kinds() {
    let zeros = [UInt8](repeating: 0, count: 7)
    #expect(fault { $0.layout = [2] } == .malformed(.cutOff, offset: 27))
    for kind in 0...3 as ClosedRange<UInt8> {
      #expect(fault { ($0.layout, $0.rest) = ([2], [0, kind] + zeros) } == nil)
    }
    for rest in [[0, 4] + zeros, [0, 0, 1] + zeros.dropFirst()] {
      #expect(
        fault { ($0.layout, $0.rest) = ([2], rest) } == .malformed(.kindUnknown, offset: 27))
    }
  }

  @Test("in labels")
  func labels() {
    #expect(fault { $0.names = [1, 5, 0x61, 0xFF, 0x61, 0xFE, 0x62] } == nil)
    #expect(
      fault { $0.names = [1, 3, 0x61, 0xFF, 0x61] } == .malformed(.labelsInvalid, offset: 3))
    #expect(fault { $0.names = [1, 2, 0x61, 0xFE] } == .malformed(.nameNotUTF8, offset: 3))
  }

  @Test("at every place where a body can end too early")
  func cutOff() {
    let body = Parts().body
    for count in body.indices {
      var decoder = FrameDecoder()
      let cut = Array(body.prefix(count))
      #expect(throws: FrameFault.malformed(.cutOff, offset: count)) {
        try decoder.rows(cut, 1)
      }
    }
  }

  @Test("in names")
  func names() {
    #expect(fault { $0.names = [2, 1, 0x61, 1, 0x62] } == .malformed(.numberOutOfRange, offset: 1))
    #expect(fault { $0.names = [1, 0] } == .malformed(.nameEmpty, offset: 2))
    #expect(fault { $0.names = [1, 0x81, 0xA0, 1] } == .malformed(.nameTooLong, offset: 2))
    #expect(
      fault { $0.names = [1] + [UInt8](repeating: 0xFF, count: 10) }
        == .malformed(.numberTooLong, offset: 2))
    #expect(fault { $0.names = [1, 2, 0x61, 0xC3] } == .malformed(.nameNotUTF8, offset: 3))
    #expect(fault { $0.names = [1, 3, 0xED, 0xA0, 0x80] } == .malformed(.nameNotUTF8, offset: 3))
  }

  @Test("in ids")
  func ids() {
    #expect(fault { $0.names = [0] } == .unknownName(id: 0, row: 0, names: 0))
    #expect(fault { $0.ids[1] = 1 } == .unknownName(id: 1, row: 0, names: 1))
    // Planes: not cut to 32 bits.
    #expect(fault { $0.ids[5] = 1 } == .unknownName(id: 1 << 32, row: 0, names: 1))
    let plane: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0]
    #expect(fault { $0.ids = plane + [7] } == .unknownName(id: 7, row: 0, names: 1))
    #expect(
      fault(rows: 300) {
        $0.ids = plane + [UInt8](repeating: 0, count: 200) + [UInt8](repeating: 9, count: 100)
      } == .unknownName(id: 9, row: 200, names: 1))
  }

  @Test("in values")
  func values() {
    #expect(fault { $0.values = [0, 0, 1, 0, 0, 0, 0, 0, 0xF0, 0x7F] } == .valueNaN(row: 0))
    #expect(fault { $0.values = [0, 0, 0, 0, 0, 0, 0, 0, 0xF8, 0xFF] } == .valueNaN(row: 0))
    #expect(fault { $0.values = [0, 0, 0, 0, 0, 0, 0, 0, 0xF0, 0x7F] } == nil)
    let zeros = [UInt8](repeating: 0, count: 9)
    #expect(
      fault { $0.values = [1, 1, 0, 0, 0, 0, 0, 8, 0] + zeros }
        == .malformed(.numberOutOfRange, offset: 14))
    #expect(
      fault { $0.values = [1, 0, 0, 0, 0, 0, 0, 0, 0x80] + zeros }
        == .malformed(.numberOutOfRange, offset: 14))
    #expect(fault { $0.values = [2, 0] + zeros } == .malformed(.numberOutOfRange, offset: 14))
    #expect(fault { $0.values = [2, 2] + zeros } == .malformed(.numberOutOfRange, offset: 14))
    let one: [UInt8] = [2, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    #expect(fault { $0.values = one + zeros } == nil)
    #expect(
      fault { $0.values = one + [0, 1, 0, 0, 0, 0, 0, 0, 0] }
        == .malformed(.numberOutOfRange, offset: 23))
    let nan: [UInt8] = [2, 1, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F]
    #expect(fault { $0.values = nan + zeros } == .valueNaN(row: 0))
  }

  @Test("in times")
  func times() {
    #expect(fault { $0.times = [0, 1, 1] } == .timeOutOfRange(row: 0))
    #expect(fault { $0.times = [0, 0, 0] } == .malformed(.runsMismatch, offset: 25))
    #expect(fault { $0.times = [0, 0, 2] } == .malformed(.runsMismatch, offset: 25))
    let most = [UInt8](repeating: 0xFF, count: 9) + [1]
    #expect(fault { $0.times = [0] + most + [1] } == .timeOutOfRange(row: 0))
    #expect(
      fault(rows: 2) {
        $0.ids = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        $0.times = [0, 0, 1] + [0xFE] + most.dropFirst() + [1]
      } == .timeOutOfRange(row: 1))
    #expect(fault { $0.times = [1] + most } == .malformed(.numberOutOfRange, offset: 24))
    let later: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1, 0]
    #expect(fault { $0.times = [1, 5] + later } == .timeOutOfRange(row: 0))
    #expect(fault { $0.times = [1, 5, 0] + [UInt8](repeating: 255, count: 8) } != nil)
    let now: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 0, 0]
    #expect(fault { $0.times = [1, 5] + now } == nil)
  }

  @Test("in the size of a dictionary: the stream's table is bounded")
  func tableBounds() throws {
    // Sixteen names of 16 KiB a frame: 256 KiB, 64 frames fill 16 MiB.
    let length = ShardLimits.nameBytesMax
    var decoder = FrameDecoder()
    let name: [UInt8] = [0x80, 0x80, 1] + [UInt8](repeating: 0x61, count: length)
    var parts = Parts()
    parts.names = [16]
    for _ in 0..<16 { parts.names += name }
    parts.values = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    parts.times = [0, 200, 1, 16]
    let body = parts.body
    for _ in 0..<64 { _ = try decoder.decode(body.span.bytes, rows: 16, dictionary: 1) }
    let limit = RouterLimits.dictionaryNameBytesMax
    #expect(throws: FrameFault.tooLarge(.nameBytes, count: limit + length, limit: limit)) {
      _ = try decoder.decode(body.span.bytes, rows: 16, dictionary: 1)
    }
    // Another dictionary begins empty.
    _ = try decoder.decode(body.span.bytes, rows: 16, dictionary: 2)
  }

  @Test("have words that say where")
  func words() {
    #expect(
      fault { $0.names = [1, 0] }?.description == "the body has an empty name, at byte 2")
    #expect(
      fault { $0.names = [0] }?.description == "row 0 names id 0 of a dictionary of 0 names")
    #expect(fault(rows: 5000) { _ in }?.description == "5000 rows, 4096 at most")
  }

  @Test(
    "never trap: spoilt bodies end as faults or as rows", arguments: 1...8 as ClosedRange<UInt64>)
  func mutations(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<150 {
      let count = random.int(in: 1...60)
      var body = SelfContainedBody.encode(
        FrameColumns(TestRow.random(count, names: 9, &random)))
      for _ in 0..<random.int(in: 1...4) {
        let index = random.int(in: 0...body.count - 1)
        switch random.int(in: 0...4) {
        case 0: body[index] = UInt8.random(in: 0...255, using: &random)
        case 1: body[index] ^= 1 << UInt8(random.int(in: 0...7))
        case 2: body.remove(at: index)
        case 3: body.insert(UInt8.random(in: 0...255, using: &random), at: index)
        default: body[index] = [0, 1, 0x7F, 0x80, 0xFF][random.int(in: 0...4)]
        }
        if body.isEmpty { break }
      }
      var decoder = FrameDecoder()
      if let rows = try? decoder.rows(body, random.oneIn(5) ? count + 1 : count) {
        #expect(rows.allSatisfy { !$0.value.isNaN && !$0.name.isEmpty && $0.time >= 0 })
      }
    }
  }
}
