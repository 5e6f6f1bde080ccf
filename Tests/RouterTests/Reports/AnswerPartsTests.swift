// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Shard
import TestKit
import Testing

import struct Router.NodeIdentity

@testable import Router

@Suite("an answer in parts")
struct AnswerPartsTests {
  static func parts(_ answer: PeerAnswer) -> [[UInt8]] {
    var parts = AnswerParts(answer)
    var messages: [[UInt8]] = []
    while let message = parts.next() { messages.append(message) }
    return messages
  }

  static func read(_ messages: [[UInt8]]) throws -> PeerAnswer {
    var reader = AnswerReader()
    for message in messages { try reader.received(message) }
    return try reader.finish()
  }

  private static func equal(_ left: PeerAnswer, _ right: PeerAnswer) -> Bool {
    left.head == right.head && left.sections.map(\.origin) == right.sections.map(\.origin)
      && zip(left.sections, right.sections).allSatisfy {
        $0.includes == $1.includes && $0.report.summaries == $1.report.summaries
          && $0.report.hashes == $1.report.hashes
          && $0.report.nameBytes == $1.report.nameBytes
          && $0.report.histogramsByName == $1.report.histogramsByName
      }
  }

  @Test("comes out as it went in", arguments: 1...20 as ClosedRange<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let others = ["b", "c", "d"].prefix(random.int(in: 0...3))
    let answer = PeerAnswer(
      head: .of(
        life("a", .max), known: Array(others), hinted: random.oneIn(2) ? ["z": 3] : [:],
        departed: others.map { life($0, 9) }, handedOver: random.oneIn(2)),
      sections: ([life("a", .max)] + others.map { life($0, 9) }).map {
        AnswerSection($0, .random(random.int(in: 0...300), names: 500, &random))
      })
    #expect(Self.equal(try Self.read(Self.parts(answer)), answer))
    var withHistograms = answer
    withHistograms.sections[0].includes = [life("x", 4), life("b", 8)]
    for section in answer.sections.indices {
      withHistograms.sections[section].report.addHistograms(&random)
    }
    #expect(Self.equal(try Self.read(Self.parts(withHistograms)), withHistograms))
  }

  @Test("what all rows lack takes no byte")
  func compact() throws {
    let report = PartialReport(["a": SeriesSummary(count: 1, sum: 1, min: 1, max: 1)])
    let messages = Self.parts(
      PeerAnswer(
        head: .of(life("a")), sections: [AnswerSection(origin: life("a"), report: report)]))
    let columns = try #require(try ReportPart(decoding: messages[0]).columns)
    #expect(columns.squares.isEmpty && columns.positiveInfinities.isEmpty)
    #expect(columns.sightings == nil && columns.histograms == nil)
    let read = try Self.read(messages).sections[0].report
    #expect(read[0] == report[0] && read.histograms == nil)
  }

  @Test("the generated messages say the same, both ways")
  func generated() throws {
    var random = SplitMix64(seed: 3)
    var answer = PeerAnswer(
      head: .of(life("a", 5), known: ["b"], hinted: ["b": 8], departed: [life("c", 2)]),
      sections: [AnswerSection(life("a", 5), .random(50, names: 99, &random))])
    answer.sections[0].report.addHistograms(&random)
    let messages = try Self.parts(answer).map { try ReportPart(decoding: $0) }
    let part = try #require(messages.first)
    #expect(messages.count == 1 && part.unknownFields.isEmpty)
    #expect(part.head?.hinted.first?.points == 8 && part.section?.origin?.id == "a")
    let (columns, report) = (try #require(part.columns), answer.sections[0].report)
    #expect(columns.names == report.nameBytes && Int(columns.rows) == report.count)
    #expect(columns.counts == report.counts && columns.sums == report.sums)
    #expect(columns.minima == report.minima && columns.maxima == report.maxima)
    #expect(columns.positiveInfinities == report.positiveInfinities)
    #expect(columns.squares == report.squares && columns.sightings?.last == report.last)
    #expect(columns.histograms?.zeros == report.histograms?.zeros)
    #expect(Self.equal(try Self.read(messages.map { $0.encoded() }), answer))
  }

  @Test("no part is larger than a mebibyte or has too many rows, whatever the names are")
  func sizes() throws {
    var reports: [PartialReport] = []
    for (rows, length) in [(20_000, 8), (9000, 300), (100, 16_384), (8192, 64), (0, 0)] {
      var report = PartialReport()
      for row in 0..<rows {
        let name = Array(String(row).utf8) + [UInt8](repeating: 0x6E, count: length)
        report.append(
          name: name, hash: SeriesKey.hash(name.span.bytes, 0..<name.count),
          SeriesSummary(
            count: .max, sum: 1, min: 1, max: 1, positiveInfinities: .max, negativeInfinities: .max,
            squares: 1, last: 1, lastSeen: row == 0 ? 0 : 1 << 40, firstSeen: 1 << 40, kind: 3)
        )
      }
      // Histograms as large as can be.
      let counts = [Int64](repeating: .max, count: HistogramScale.bucketsMax)
      let buckets = Histogram.Buckets(start: -80, counts: counts)
      let histogram = Histogram(scale: 5, zeros: .max, positive: buckets, negative: buckets)
      for row in 0..<min(rows, rows == 100 ? 100 : 700) { report.add(histogram, toRow: row) }
      reports.append(report)
    }
    let ids = (0..<RouterLimits.departedMax).map { n in
      String(repeating: "i", count: RouterLimits.nodeIDBytesMax - 4) + String(1000 + n)
    }
    let lives = ids.prefix(RouterLimits.includedMax).map { life($0, .max) }
    let answer = PeerAnswer(
      head: .of(life("a"), departed: ids.map { life($0, .max) }),
      sections: zip(["a", "b", "c", "d", "e"], reports).map {
        AnswerSection(origin: life($0), includes: lives, report: $1)
      })
    let messages = Self.parts(answer)
    #expect(messages.allSatisfy { $0.count <= RouterLimits.partBytesMax })
    let rows = try messages.map { try ReportPart(decoding: $0).columns?.rows ?? 0 }
    #expect(rows.allSatisfy { $0 <= RouterLimits.partRowsMax })
    #expect(Self.equal(try Self.read(messages), answer))
  }

  @Test("sums that overflowed stay as they are")
  func infiniteSums() throws {
    let answer = PeerAnswer(
      head: .of(life("a")),
      sections: [
        AnswerSection(life("a"), ["x": SeriesSummary(count: 2, sum: .infinity, min: 1, max: 2)])
      ])
    let read = try Self.read(Self.parts(answer))
    #expect(read.sections[0].report.sums == [.infinity])
  }
}
