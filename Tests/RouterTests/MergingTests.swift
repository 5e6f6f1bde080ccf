// SPDX-License-Identifier: Apache-2.0
import Router
import Shard
import TestKit
import Testing

@Suite("merging reports")
struct MergingTests {
  /// Adds up dictionaries, the stupid way.
  private static func add(_ summaries: [[String: SeriesSummary]]) -> [String: SeriesSummary] {
    summaries.reduce(into: [:]) { merged, next in
      for (name, summary) in next { merged[name, default: SeriesSummary()].add(summary) }
    }
  }

  private static func summaries(
    _ count: Int, names: Int, _ random: inout SplitMix64
  ) -> [String: SeriesSummary] {
    var summaries: [String: SeriesSummary] = [:]
    for _ in 0..<count {
      let low = Double(random.int(in: -999...999))
      summaries["metric.\(random.int(in: 0...names))"] = SeriesSummary(
        count: Int64(random.int(in: 1...99)), sum: Double(random.int(in: -9999...9999)), min: low,
        max: low + Double(random.int(in: 0...99)),
        positiveInfinities: Int64(random.int(in: 0...1)),
        negativeInfinities: Int64(random.int(in: 0...1)), squares: random.double(in: 0...1e6),
        last: Double(random.int(in: 0...9)), lastSeen: Int64(random.int(in: 5...9)),
        firstSeen: Int64(random.int(in: 0...5)), kind: UInt8(random.int(in: 0...3)))
    }
    return summaries
  }

  private static func lengthHash(_ name: String) -> UInt64 {
    let length: Int = name.utf8.count
    return UInt64(length)
  }

  @Test(
    "adds up what overlaps, like its naive twin, in any order",
    arguments: 1...12 as ClosedRange<UInt64>)
  func overlapping(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let parts = (0..<random.int(in: 0...5)).map { _ in
      Self.summaries(random.int(in: 0...200), names: 300, &random)
    }
    // A few hashes only: different names share them.
    for order in [parts, parts.shuffled(using: &random)] {
      var merger = ReportMerger()
      for part in order {
        merger.add(seed % 3 == 0 ? PartialReport(part, hash: Self.lengthHash) : PartialReport(part))
      }
      #expect(areClose(merger.finish().summaries, Self.add(parts)))
    }
  }

  @Test("of a span that goes on for one part the latest value is not known")
  func lastUnknown() {
    let known = SeriesSummary(count: 1, last: 9, lastSeen: 5, firstSeen: 5)
    let goesOn = SeriesSummary(count: 1, firstSeen: 5)
    for order in [[known, goesOn], [goesOn, known]] {
      var merger = ReportMerger()
      for part in order { merger.add(PartialReport(["a": part])) }
      let merged = merger.finish()
      #expect(merged.lastSeen == [SeriesSummary.neverSeen] && merged.last == [0])
    }
  }

  @Test("puts disjoint reports behind one another, before or after overlapping ones")
  func disjoint() {
    var random = SplitMix64(seed: 7)
    let all = Self.summaries(500, names: 400, &random)
    let shards = (0..<4).map { shard in
      all.filter { Placement(shards: 4).shard(testHash($0.key)) == shard }
    }
    let peer = Self.summaries(300, names: 600, &random)
    var merger = ReportMerger()
    for shard in shards { merger.add(disjoint: PartialReport(shard)) }
    merger.add(PartialReport(peer))
    #expect(areClose(merger.finish().summaries, Self.add([all, peer])))
  }

  @Test(
    "histograms merge to those of all values, in any order",
    arguments: 1...12 as ClosedRange<UInt64>)
  func histograms(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let parts = (0..<random.int(in: 1...5)).map { _ in
      var part = PartialReport(Self.summaries(random.int(in: 0...60), names: 50, &random))
      // One that does not say: a peer that knows no histograms.
      if !random.oneIn(4) { part.addHistograms(&random) }
      return part
    }
    let expected = parts.reduce(into: [String: Histogram]()) { all, part in
      for (name, histogram) in part.histogramsByName {
        all[name, default: Histogram()].merge(histogram)
      }
    }
    for order in [parts, parts.shuffled(using: &random)] {
      var merger = ReportMerger()
      for part in order { merger.add(part) }
      #expect(merger.finish().histogramsByName == expected)
    }
  }

  @Test("nothing merged is nothing")
  func empty() {
    #expect(ReportMerger().finish().count == 0)
    var merger = ReportMerger()
    merger.add(PartialReport())
    merger.add(disjoint: PartialReport())
    #expect(merger.finish().count == 0)
  }

  @Test("keeps what rounding takes from a sum")
  func compensated() {
    var merger = ReportMerger()
    for sum in [1e16, 1, -1e16] {
      merger.add(PartialReport(["a": SeriesSummary(count: 1, sum: sum, min: sum, max: sum)]))
    }
    #expect(merger.finish().summaries["a"]?.sum == 1)
  }
}
