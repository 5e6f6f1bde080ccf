// SPDX-License-Identifier: Apache-2.0
import Router
import Shard
import TestKit
import Testing

@Suite("frames")
struct FrameTests {
  /// A stream: what its receiver has not been told by this encoder it does not know.
  private struct Stream {
    var encoder = FrameEncoder()
    var decoder = FrameDecoder()

    mutating func send(_ columns: FrameColumns) throws -> [TestRow] {
      let body = encoder.encode(columns)
      return try decoder.rows(body, columns.count, dictionary: columns.dictionary.number)
    }
  }

  /// Puts rows into as many frames as they take, beginning dictionaries when one is full.
  private static func frames(
    _ rows: [TestRow], _ dictionary: inout NameDictionary, namesMax: Int
  ) -> [FrameColumns] {
    let batch = PointColumns(rows)
    var frames: [FrameColumns] = []
    var columns = FrameColumns(dictionary)
    var next = 0
    while true {
      switch columns.take(batch, from: next) {
      case .all:
        frames.append(columns)
        return frames.filter { !$0.isEmpty }
      case .frameFull(let row):
        frames.append(columns)
        next = row
      case .dictionaryFull(let row):
        frames.append(columns)
        next = row
        dictionary = NameDictionary(
          number: dictionary.number + 1, namesMax: namesMax, nameBytesMax: 1 << 16)
      }
      columns = FrameColumns(dictionary)
    }
  }

  @Test(
    "come out as they went in, over new dictionaries, new streams and repeated frames",
    arguments: 1...30 as ClosedRange<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let namesMax = random.int(in: 3...3000)
    let names = random.int(in: 1...2000)
    var dictionary = NameDictionary(number: 1, namesMax: namesMax, nameBytesMax: 1 << 16)
    var stream = Stream()
    var sent: [(FrameColumns, [TestRow])] = []
    for _ in 0..<4 {
      let rows = TestRow.random(random.int(in: 1...6000), names: names, &random)
      var rest = rows[...]
      for frame in Self.frames(rows, &dictionary, namesMax: namesMax) {
        let part = Array(rest.prefix(frame.count))
        rest = rest.dropFirst(frame.count)
        #expect(try stream.send(frame) == part)
        sent.append((frame, part))
      }
      #expect(rest.isEmpty)
      if random.oneIn(3) { stream = Stream() }
      let (frame, part) = sent[random.int(in: 0...sent.count - 1)]
      // Repeated, of an older dictionary perhaps; and kept for later.
      #expect(try stream.send(frame) == part)
      #expect(try stream.decoder.rows(SelfContainedBody.encode(frame), part.count) == part)
      #expect(try stream.send(frame) == part)
    }
  }

  @Test("tell a name once a stream")
  func toldOnce() {
    let name = String(repeating: "x", count: 100)
    let columns = FrameColumns([TestRow(name, 1), TestRow(name, 2)])
    var encoder = FrameEncoder()
    #expect(encoder.encode(columns).count > 100)
    #expect(encoder.encode(columns).count < 60)
    var another = FrameEncoder()
    #expect(another.encode(columns).count > 100)
  }

  @Test("that bring their names leave the stream's alone")
  func selfContained() throws {
    let columns = FrameColumns([TestRow("a", 1), TestRow("b", 2)])
    let other = FrameColumns([TestRow("c", 3)])
    var stream = Stream()
    _ = try stream.send(columns)
    let body = SelfContainedBody.encode(other)
    #expect(try stream.decoder.rows(body, 1) == [TestRow("c", 3)])
    #expect(try stream.send(columns) == [TestRow("a", 1), TestRow("b", 2)])
  }

  @Test("that were decoded stay as they are when the decoder learns more")
  func keptFrame() throws {
    let dictionary = NameDictionary(number: 1)
    var (encoder, decoder) = (FrameEncoder(), FrameDecoder())
    var decoded: [DecodedFrame] = []
    for number in 0..<100 {
      var columns = FrameColumns(dictionary)
      #expect(columns.take(PointColumns([TestRow("name.\(number)", Double(number))])) == .all)
      let body = encoder.encode(columns)
      decoded.append(try decoder.decode(body.span.bytes, rows: 1, dictionary: 1))
    }
    for (number, frame) in decoded.enumerated() {
      #expect(frame.rows == [TestRow("name.\(number)", Double(number))])
    }
  }

  @Test("are full at their most rows")
  func rowsMax() {
    let rows = (0..<5000).map { TestRow("m", Double($0)) }
    var columns = FrameColumns(NameDictionary(number: 1))
    let batch = PointColumns(rows)
    #expect(columns.take(batch) == .frameFull(next: RouterLimits.frameRowsMax))
    #expect(columns.append(id: 0, value: 1, time: 1) == false)
    #expect(columns.take(batch, from: 4999) == .frameFull(next: 4999))
    columns.removeAll(keepingCapacity: true)
    #expect(columns.take(batch, from: 4096) == .all)
    #expect(columns.count == 904)
    #expect(columns.append(id: 0, value: 1, time: 1) == true)
  }

  @Test("are full at their most bytes of names, and stay below the longest body")
  func nameBytesMax() throws {
    var random = SplitMix64(seed: 1)
    let rows = (0..<80).map { number in
      TestRow("\(100 + number)" + String(repeating: "é", count: 8190), random.double(in: 0...1))
    }
    let batch = PointColumns(rows)
    var columns = FrameColumns(NameDictionary(number: 1))
    #expect(columns.take(batch) == .frameFull(next: 64))
    #expect(columns.append(id: 0, value: 0, time: 0) == false)
    var stream = Stream()
    #expect(try stream.send(columns) == Array(rows.prefix(64)))
    columns.removeAll()
    #expect(columns.take(batch, from: 64) == .all)
    #expect(try stream.send(columns) == Array(rows.suffix(16)))
  }
}
