// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

import enum Proto.SeriesKey

@Suite("histograms of a shard's series")
struct SeriesHistogramTests {
  private static let now: Int64 = 1_700_000_000

  private static func histogram(_ values: [Double]) -> Histogram {
    naive(values.filter(\.isFinite))
  }

  /// Values of every kind there is, or of a few kinds, by the seed.
  private static func value(_ kinds: Int, _ random: inout SplitMix64) -> Double {
    switch random.int(in: 0...kinds) {
    case 0: random.double(in: 90...110)
    case 1: random.double(in: 1...1e4)
    case 2: -random.double(in: 1...1000)
    case 3: random.oneIn(2) ? 0 : -0.0
    case 4: Double(random.int(in: -20...20))
    case 5: random.oneIn(2) ? .infinity : -.infinity
    case 6: Double(bitPattern: UInt64(random.int(in: 1...1 << 52)))
    default:
      Double(
        sign: random.oneIn(2) ? .plus : .minus, exponent: random.int(in: -1074...1023),
        significand: random.double(in: 1...1.999))
    }
  }

  @Test(
    "are those of the values, in whatever order they come and however they are divided",
    arguments: 1...24 as ClosedRange<UInt64>)
  func canonical(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let kinds = random.int(in: 0...7)
    let count = random.int(in: 1...(seed % 3 == 0 ? 3000 : 60))
    let points = (0..<count).map { _ in
      TestPoint(
        name: "a", value: Self.value(kinds, &random),
        time: Self.now - Int64(random.int(in: 0...3000)))
    }
    var first = ShardCore()
    first.apply(points, now: Self.now)
    let due = Self.histogram(points.map(\.value))
    try #require(first.histograms(now: Self.now)["a"] == due)
    var second = ShardCore()
    second.apply(points.shuffled(using: &random), now: Self.now)
    try #require(second.histograms(now: Self.now)["a"] == due)
    let cut = random.int(in: 0...count)
    var third = ShardCore()
    var fourth = ShardCore()
    third.apply(Array(points[..<cut]), now: Self.now)
    fourth.apply(Array(points[cut...]), now: Self.now)
    for batch in third.exportAll(seriesMax: 1, now: Self.now) {
      _ = fourth.fold(batch, now: Self.now)
    }
    try #require(fourth.histograms(now: Self.now)["a"] == due)
  }

  @Test("count any number of values of one bucket", arguments: [255, 256, 65_535, 65_537, 70_000])
  func wide(count: Int) {
    var core = ShardCore()
    let batch = PointColumns()
    var left = count
    while left > 0 {
      batch.reset()
      for _ in 0..<min(left, 4000) {
        batch.append(TestPoint(name: "a", value: -7, time: Self.now))
      }
      core.apply(batch, now: Self.now)
      left -= batch.count
    }
    core.apply([TestPoint(name: "a", value: 9, time: Self.now)], now: Self.now)
    let histogram = core.histograms(now: Self.now)["a"]
    #expect(histogram?.negative.counts == [Int64(count)])
    #expect(histogram?.positive.counts == [1])
  }

  @Test("take counts that were handed over, however large")
  func huge() {
    var core = ShardCore()
    let buckets = Histogram.Buckets(start: 5, counts: [1 << 62, 3])
    let large = Histogram(scale: 5, zeros: .max, positive: buckets, negative: buckets)
    var batch = SliceBatch()
    batch.appendSeries(name: "a".utf8, hash: testHash("a"))
    batch.appendSlice(start: Self.now, SeriesSummary(count: 1, sum: 1, min: 1, max: 1))
    batch.appendHistogram(start: Self.now, large)
    for _ in 0..<3 { _ = core.fold(batch, now: Self.now) }
    let seen = core.histograms(now: Self.now)["a"]
    #expect(seen?.zeros == .max && seen?.positive.counts == [.max, 9])
    #expect(seen?.negative == seen?.positive)
  }

  @Test("expire with their groups, and are used again")
  func expiry() throws {
    var core = ShardCore()
    var twin = Twin(.standard)
    var random = SplitMix64(seed: 7)
    for step in 0..<800 {
      let now = Self.now + Int64(step) * 9
      let points = (0..<3).map { _ in
        TestPoint(
          name: "a", value: Self.value(3, &random),
          time: now - Int64(random.oneIn(4) ? random.int(in: 0...3500) : 0))
      }
      core.apply(points, now: now)
      twin.advance(to: now)
      for point in points { #expect(twin.apply(point) == nil) }
      guard step % 80 == 0 else { continue }
      try #require(core.histograms(now: now) == twin.histograms())
    }
    // 20 records at 144 B and the slices.
    #expect(core.statistics.bytes < 25_000)
  }

  @Test("are not kept of names that match a pattern, whatever their labels")
  func off() throws {
    let policy = HistogramPolicy(off: [try Glob("debug.*"), try Glob("?")])
    var core = ShardCore(histograms: policy)
    let names = ["debug.a", "debug", "x", "xy", "debug.b"]
    core.apply(names.map { TestPoint(name: $0, value: 3, time: Self.now) }, now: Self.now)
    let key: [UInt8] =
      Array("x".utf8) + [SeriesKey.labelMark] + Array("label".utf8) + [SeriesKey.valueMark]
      + Array("value".utf8)
    let batch = PointColumns()
    let hash = SeriesKey.hash(key.span.bytes, 0..<key.count)
    let isAppended = batch.append(
      hash: hash, nameFrom: key.span.bytes, range: 0..<key.count, value: 1, time: Self.now,
      ordinal: 0)
    #expect(isAppended)
    core.apply(batch, now: Self.now)
    let report = core.report(ReportRequest(wantsHistograms: true), now: Self.now)
    let kept = (0..<report.count).filter { report.histograms?.isEmpty($0) == false }
    #expect(kept.map { report.name($0) }.sorted() == ["debug", "xy"])
    #expect(report.count == 6)
  }

  @Test("give their memory back", arguments: [1, 20, 2000])
  func memory(points: Int) {
    var core = ShardCore()
    let empty = core.statistics.bytes
    var random = SplitMix64(seed: 3)
    core.apply(
      (0..<points).map { _ in
        TestPoint(
          name: "a", value: Self.value(7, &random),
          time: Self.now - Int64(random.int(in: 0...3000)))
      }, now: Self.now)
    #expect(core.statistics.bytes > empty)
    for second in 0..<Int64(3600 + 2 * 900) { core.tick(now: Self.now + second) }
    #expect(core.statistics.series == 0 && core.statistics.bytes == empty)
  }
}
