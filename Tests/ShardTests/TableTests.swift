// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

import enum Proto.SeriesKey

@Suite("the table of series")
struct TableTests {
  private static let now: Int64 = 1_700_000_000

  /// Hashes as bad as can be: all names share few of them.
  private static func badHash(_ name: String) -> UInt64 {
    testHash(name) & 3
  }

  @Test("tells names with the same hash apart")
  func collisions() throws {
    var core = ShardCore()
    let points = (0..<200).map {
      TestPoint(name: "metric \($0)", value: Double($0), time: Self.now)
    }
    core.apply(points + points, now: Self.now, hash: Self.badHash)
    let summaries = core.summaries(now: Self.now)
    #expect(summaries.count == 200)
    for point in points {
      #expect(summaries[point.name]?.sum == 2 * point.value)
      #expect(summaries[point.name]?.count == 2)
    }
    let bytes: (RawSpan, Range<Int>) -> UInt64 = { SeriesKey.hash($0, $1) & 3 }
    let selection = try SeriesSelection(
      names: ["metric 7", "metric 199", "metric 200"], prefixes: [], globs: [], hash: bytes)
    let chosen = core.summaries(ReportRequest(selection: selection), now: Self.now)
    #expect(Set(chosen.keys) == ["metric 7", "metric 199"])
  }

  @Test(
    "finds every series while they come and go, with good hashes and bad",
    arguments: [true, false])
  func comingAndGoing(isBad: Bool) throws {
    let hash = isBad ? Self.badHash : testHash
    let shape = try WindowShape(windowSeconds: 20, resolutionSeconds: 1)
    var random = SplitMix64(seed: 11)
    var core = ShardCore(shape: shape)
    var twin = Twin(shape)
    var now = Self.now
    for _ in 0..<200 {
      now += Int64(random.int(in: 0...3))
      let points = (0..<random.int(in: 0...40)).map { _ in
        TestPoint(name: "\(random.int(in: 0...400))", value: 1, time: now)
      }
      core.apply(points, now: now, hash: hash)
      twin.advance(to: now)
      for point in points { #expect(twin.apply(point) == nil) }
      core.tick(now: now)
      try #require(core.summaries(now: now).differing(from: twin.summaries()).isEmpty)
    }
    #expect(core.statistics.seriesEvicted > 1000)
  }

  @Test("grows and shrinks, and keeps all")
  func growth() {
    var core = ShardCore()
    let points = (0..<20_000).map {
      TestPoint(name: "metric \($0)", value: Double($0), time: Self.now)
    }
    core.apply(points, now: Self.now)
    let summaries = core.summaries(now: Self.now)
    #expect(summaries.count == 20_000)
    #expect(points.allSatisfy { summaries[$0.name]?.sum == $0.value })
    let later = Self.now + 3600
    core.apply(
      Array(points.prefix(5)).map { TestPoint(name: $0.name, value: 1, time: later) }, now: later)
    for second in 0..<Int64(2000) { core.tick(now: later + second) }
    #expect(core.statistics.series == 5)
    #expect(core.statistics.bytes < 5000)
    #expect(core.summaries(now: later).count == 5)
  }
}
