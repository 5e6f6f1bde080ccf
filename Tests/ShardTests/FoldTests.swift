// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

@Suite("slices that are folded into a shard")
struct FoldTests {
  private static let now: Int64 = 1_700_000_000

  private static func batch(_ name: String, _ slices: (Int64, SeriesSummary)...) -> SliceBatch {
    var batch = SliceBatch()
    batch.appendSeries(name: name.utf8, hash: testHash(name))
    for (start, summary) in slices { batch.appendSlice(start: start, summary) }
    return batch
  }

  private static let one = SeriesSummary(count: 1, sum: 2, min: 2, max: 2)

  @Test("add up with what is there, and take later points")
  func addUp() {
    var core = ShardCore()
    core.apply([TestPoint(name: "a", value: 5, time: Self.now)], now: Self.now)
    let outcome = core.fold(Self.batch("a", (Self.now, Self.one)), now: Self.now)
    #expect(outcome.slicesTaken == 1 && outcome.left.isEmpty)
    core.apply([TestPoint(name: "a", value: 1, time: Self.now + 3)], now: Self.now + 3)
    #expect(
      core.summaries(now: Self.now + 3).basics
        == ["a": SeriesSummary(count: 3, sum: 8, min: 1, max: 5)])
    #expect(core.statistics.pointsApplied == 2)
  }

  @Test("that have expired are dropped and counted, and make no series")
  func expired() {
    var core = ShardCore()
    let infinite = SeriesSummary(positiveInfinities: 3)
    let outcome = core.fold(
      Self.batch("a", (Self.now - 3620, infinite), (Self.now - 3610, Self.one)), now: Self.now)
    #expect(outcome.slicesExpired == 2 && outcome.pointsExpired == 4)
    #expect(outcome.slicesTaken == 0 && outcome.left.isEmpty)
    #expect(core.statistics.series == 0)
  }

  @Test("of new series come back when the node is full; known series take theirs")
  func full() {
    var core = ShardCore(budget: SeriesBudget(seriesMax: 1))
    core.apply([TestPoint(name: "a", value: 5, time: Self.now)], now: Self.now)
    var batch = Self.batch("b", (Self.now - 5000, Self.one), (Self.now, Self.one))
    batch.append(series: 0, of: Self.batch("a", (Self.now, Self.one)))
    let outcome = core.fold(batch, now: Self.now)
    #expect(outcome.left == Self.batch("b", (Self.now, Self.one)))
    #expect(outcome.slicesOverLimit == 1 && outcome.slicesRefused == 0)
    #expect(outcome.slicesTaken == 1 && outcome.slicesExpired == 1)
    #expect(core.summaries(now: Self.now)["a"]?.count == 2)
  }

  @Test("that lie too far ahead come back, and so do those that overflow a slice's count")
  func refused() {
    var core = ShardCore()
    let huge = SeriesSummary(count: 1 << 40 - 1, sum: 0, min: 0, max: 0)
    let batch = Self.batch(
      "a", (Self.now, Self.one), (Self.now, huge), (Self.now + 100, Self.one))
    let outcome = core.fold(batch, now: Self.now)
    #expect(outcome.left == Self.batch("a", (Self.now + 100, Self.one), (Self.now, huge)))
    #expect(outcome.slicesRefused == 2 && outcome.slicesTaken == 1)
    #expect(core.summaries(now: Self.now) == ["a": Self.one])
  }

  @Test("keep infinite sums infinite")
  func infiniteSums() {
    var core = ShardCore()
    let overflowed = SeriesSummary(count: 2, sum: .infinity, min: 1, max: 1e308)
    _ = core.fold(Self.batch("a", (Self.now, overflowed), (Self.now, Self.one)), now: Self.now)
    #expect(core.summaries(now: Self.now)["a"]?.sum == .infinity)
  }

  /// What the exporting shard held, and what was there already, against one shard that got all.
  private static func compare(
    _ shape: WindowShape, _ random: inout SplitMix64, values: (inout SplitMix64) -> Double,
    tolerance: Double
  ) throws {
    var from = ShardCore(shape: shape)
    var to = ShardCore(shape: shape)
    var one = ShardCore(shape: shape)
    var now = Self.now + Int64(random.int(in: 0...99))
    for _ in 0..<random.int(in: 1...6) {
      now += Int64(random.int(in: 0...Int(shape.windowSeconds / 3 + 1)))
      let batches = (0..<2).map { _ in
        (0..<random.int(in: 0...400)).map { _ in
          let name = min(random.int(in: 0...19), random.int(in: 0...19))
          let age = random.oneIn(2) ? 0 : random.int(in: 0...Int(shape.windowSeconds - 1))
          let ahead = random.oneIn(9) ? Int64(random.int(in: 0...Int(shape.futureGraceSeconds))) : 0
          return TestPoint(
            name: "metric \(name)", value: values(&random), time: now + ahead - Int64(age))
        }
      }
      from.apply(batches[0], now: now)
      to.apply(batches[1], now: now)
      one.apply(batches[0] + batches[1], now: now)
    }
    let later = now + Int64(random.oneIn(2) ? 0 : random.int(in: 0...Int(shape.windowSeconds)))
    for batch in from.exportAll(seriesMax: random.int(in: 1...9), now: now) {
      let outcome = to.fold(batch, now: later)
      try #require(outcome.left.isEmpty)
      try #require(outcome.slicesTaken + outcome.slicesExpired == batch.slices)
    }
    let span = random.oneIn(2) ? nil : Int64(random.int(in: 1...Int(shape.windowSeconds)))
    let request = ReportRequest(windowSeconds: span)
    try Self.require(
      to.summaries(request, now: later), equal: one.summaries(request, now: later), tolerance)
    // Of groups whose slices are all live: of others a series that lived on has more.
    let live = later - shape.windowSeconds + shape.resolutionSeconds
    let groups = ReportRequest(from: (live / shape.groupSeconds + 1) * shape.groupSeconds - 1)
    try #require(to.histograms(groups, now: later) == one.histograms(groups, now: later))
  }

  private static func require(
    _ seen: [String: SeriesSummary], equal due: [String: SeriesSummary], _ tolerance: Double
  ) throws {
    try #require(seen.keys.sorted() == due.keys.sorted())
    for (name, due) in due {
      var seen = try #require(seen[name])
      #expect(abs(seen.sum - due.sum) <= tolerance * due.sum.ulp, "\(name)")
      seen.sum = due.sum
      // Of several values with the latest time either may count, and a series that began anew in
      // one shard may be older in the other.
      (seen.last, seen.firstSeen) = (due.last, due.firstSeen)
      try #require(seen.agrees(with: due), "\(name)")
    }
  }

  @Test("make it report what one shard with all points does", arguments: TwinCase.all)
  func agreeInIntegers(_ test: TwinCase) throws {
    let shape = try WindowShape(
      windowSeconds: test.window, resolutionSeconds: test.resolution,
      futureGraceSeconds: test.grace)
    var random = SplitMix64(seed: test.seed)
    for _ in 0..<10 {
      try Self.compare(
        shape, &random,
        values: { random in
          guard random.oneIn(30) else { return Double(random.int(in: -999...999)) }
          return random.oneIn(2) ? .infinity : -.infinity
        }, tolerance: 0)
    }
  }

  /// Positive values, so that the sum's last bits are those of its terms.
  @Test("keep sums of fractions to the last bit but one", arguments: TwinCase.all)
  func agreeInFractions(_ test: TwinCase) throws {
    let shape = try WindowShape(
      windowSeconds: test.window, resolutionSeconds: test.resolution,
      futureGraceSeconds: test.grace)
    var random = SplitMix64(seed: test.seed)
    for _ in 0..<10 {
      try Self.compare(shape, &random, values: { $0.double(in: 0...1e6) }, tolerance: 2)
    }
  }

  @Test("go through the aggregators' executors")
  func rim() async {
    let from = Aggregator(executor: InlineExecutor())
    let to = Aggregator(executor: InlineExecutor())
    let batch = PointColumns()
    batch.append(TestPoint(name: "a", value: 2, time: Self.now))
    await from.apply(batch, now: Self.now)
    let step = await from.exportSlices(seriesMax: 5, now: Self.now)
    #expect(await to.fold(step.batch, now: Self.now).slicesTaken == 1)
    let report = await to.report(now: Self.now)
    #expect(report.count == 1 && report[0].basics == Self.one)
  }
}
