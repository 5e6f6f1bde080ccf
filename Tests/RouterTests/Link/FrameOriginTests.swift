// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

@testable import Router

@Suite("origins of a frame's rows")
struct FrameOriginTests {
  private typealias Truth = (origin: RowOrigin, place: UInt32)

  /// A batch of rows, some of which came in batches of clients, and what each row's origin is.
  private static func columns(
    _ rows: [TestRow], _ random: inout SplitMix64
  ) -> (PointColumns, [Truth?]) {
    let columns = PointColumns(
      rowsMax: rows.count, nameBytesMax: rows.reduce(8) { $0 + ($1.name.count + 7) & ~7 })
    var truth: [Truth?] = []
    var current: RowOrigin?
    var place = 0
    let firstOrdinal = UInt32(random.int(in: 0...1000))
    for row in rows {
      if random.oneIn(20) || place > 60_000 {
        current =
          random.oneIn(3)
          ? nil
          : RowOrigin(
            client: Array("client \(random.int(in: 0...3))".utf8),
            sequence: UInt64(random.int(in: 6...1 << 40)), confirmed: UInt64(random.int(in: 0...5)),
            points: 65_536)
        place = random.int(in: 0...300)
        if let current {
          columns.beginOrigin(current, firstOrdinal: firstOrdinal)
        } else {
          columns.endOrigin()
        }
      }
      truth.append(current.map { ($0, UInt32(place)) })
      let isIn = columns.append(
        hash: testHash(row.name), nameFrom: row.name.span.bytes, range: row.name.indices,
        value: row.value, time: row.time,
        ordinal: current == nil ? 7 : firstOrdinal + UInt32(place), kind: row.kind)
      precondition(isIn)
      place += random.int(in: 1...300)
    }
    columns.endOrigin()
    return (columns, truth)
  }

  private static func origins(_ frame: DecodedFrame) -> [Truth?] {
    var result = [Truth?](repeating: nil, count: frame.count)
    for part in frame.origins {
      for (row, place) in zip(part.rows, part.places) { result[row] = (part.origin, place) }
    }
    return result
  }

  @Test("come through, live and as hints, over several batches", arguments: 0..<30 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var frame = FrameColumns(NameDictionary(number: 1))
    var rows: [TestRow] = []
    var truth: [Truth?] = []
    for _ in 0..<random.int(in: 1...4) {
      let more = TestRow.random(random.int(in: 1...300), names: 20, &random)
      let (columns, origins) = Self.columns(more, &random)
      let taken = frame.take(columns)
      #expect(taken == .all)
      rows += more
      truth += origins
    }
    var encoder = FrameEncoder()
    for (body, dictionary) in [
      (encoder.encode(frame), 1), (SelfContainedBody.encode(frame), 0),
    ] as [([UInt8], UInt32)] {
      var decoder = FrameDecoder()
      let decoded = try decoder.decode(
        body.span.bytes, rows: UInt32(rows.count), dictionary: dictionary)
      #expect(decoded.rows == rows)
      #expect(Self.origins(decoded).map { $0?.place } == truth.map { $0?.place })
      #expect(Self.origins(decoded).map { $0?.origin } == truth.map { $0?.origin })
    }
    for _ in 0..<200 {
      var body = SelfContainedBody.encode(frame)
      body[random.int(in: 0...body.count - 1)] ^= 1 << UInt8(random.int(in: 0...7))
      var decoder = FrameDecoder()
      guard
        let decoded = try? decoder.decode(
          body.span.bytes, rows: UInt32(rows.count), dictionary: 0)
      else { continue }
      var end = 0
      for part in decoded.origins {
        #expect(part.first >= end && !part.places.isEmpty && part.rows.upperBound <= rows.count)
        #expect(part.places.allSatisfy { $0 < part.origin.points })
        #expect(zip(part.places, part.places.dropFirst()).allSatisfy { $0 < $1 })
        end = part.rows.upperBound
      }
    }
  }

  @Test("the estimate of a frame's length holds")
  func estimate() {
    var random = SplitMix64(seed: 3)
    for _ in 0..<50 {
      let (columns, _) = Self.columns(TestRow.random(500, names: 9, &random), &random)
      var frame = ColumnFrame(NameDictionary(number: 1))
      let isTaken = frame.take(columns, ticket: nil)
      #expect(isTaken)
      #expect(frame.hint().body.count <= frame.bytes)
      #expect(frame.bytes <= RouterLimits.linkFrameBytes + ColumnFrame.bytes(of: columns))
    }
  }

  @Test("rows that the owner had already are told apart from those it rejects")
  func verdict() {
    var scene = LinkScene.live()
    scene.take(3, 1)
    scene.send()
    scene.apply(rejecting: [0: .seriesLimit], repeating: [2])
    let settlements = scene.settlements()
    #expect(
      settlements == [
        Settlement(
          ticket: 1,
          outcome: .applied(rejections: [
            RowRejection(row: 0, reason: .seriesLimit), RowRejection(row: 2, reason: nil),
          ]))
      ])
    let counters = scene.sender.counters
    #expect(counters.pointsForwarded == 1 && counters.pointsRejected == 1)
    #expect(counters.pointsRepeated == 1 && counters.isBalanced)
  }
}
