// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

extension ShardCore {
  /// All slices, in steps of `seriesMax`; `between` is called after each step.
  mutating func exportAll(
    seriesMax: Int, now: Int64, between: (inout ShardCore) -> Void = { _ in }
  ) -> [SliceBatch] {
    var batches: [SliceBatch] = []
    var cursor: SliceCursor? = .start
    while let from = cursor {
      let step = exportSlices(from: from, seriesMax: seriesMax, now: now)
      batches.append(step.batch)
      cursor = step.next
      between(&self)
    }
    return batches
  }
}

@Suite("slices that leave a shard")
struct ExportTests {
  private static let now: Int64 = 1_700_000_000

  private static func points(_ names: Range<Int>, prefix: String = "metric") -> [TestPoint] {
    names.map { TestPoint(name: "\(prefix) \($0)", value: Double($0), time: now) }
  }

  @Test("are those of the window, oldest first, finite and infinite together")
  func contents() throws {
    var core = ShardCore()
    core.apply(
      [
        TestPoint(name: "a", value: 3, time: Self.now),
        TestPoint(name: "a", value: .infinity, time: Self.now - 100),
        TestPoint(name: "a", value: 4, time: Self.now - 100),
        TestPoint(name: "a", value: 5, time: Self.now - 96),
        TestPoint(name: "a", value: -.infinity, time: Self.now - 3000),
        TestPoint(name: "old", value: 1, time: Self.now - 3599),
      ], now: Self.now)
    let step = core.exportSlices(seriesMax: 10, now: Self.now + 60)
    #expect(step.next == nil)
    var due = SliceBatch()
    due.appendSeries(name: "a".utf8, hash: testHash("a"))
    due.appendSlice(start: Self.now - 3000, SeriesSummary(negativeInfinities: 1))
    due.appendSlice(
      start: Self.now - 100,
      SeriesSummary(count: 2, sum: 9, min: 4, max: 5, positiveInfinities: 1))
    due.appendSlice(start: Self.now, SeriesSummary(count: 1, sum: 3, min: 3, max: 3))
    #expect(step.batch.nameBytes == due.nameBytes && step.batch.hashes == due.hashes)
    #expect(step.batch.starts == due.starts && step.batch.sliceEnds == due.sliceEnds)
    #expect(step.batch.statistics.map(\.basics) == due.statistics)
    #expect(step.batch.points == 5 && step.batch.name(0) == "a")
  }

  @Test("of an empty shard are none, in one step")
  func empty() {
    var core = ShardCore()
    let step = core.exportSlices(seriesMax: 1, now: Self.now)
    #expect(step.batch.isEmpty && step.next == nil)
  }

  @Test("come in steps of about the size asked for, each series once", arguments: [1, 7, 1000])
  func steps(seriesMax: Int) {
    var core = ShardCore()
    core.apply(Self.points(0..<500), now: Self.now)
    let batches = core.exportAll(seriesMax: seriesMax, now: Self.now)
    #expect(batches.allSatisfy { $0.series <= seriesMax + 20 })
    let names = batches.flatMap { batch in (0..<batch.series).map { batch.name($0) } }
    #expect(names.sorted() == Self.points(0..<500).map(\.name).sorted())
  }

  @Test("miss none that stays while others come and go", arguments: 1...6 as ClosedRange<UInt64>)
  func stable(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var core = ShardCore()
    core.apply(Self.points(0..<300), now: Self.now)
    let leaving = (0..<5000).map {
      TestPoint(name: "leaving \($0)", value: 1, time: Self.now - 3500)
    }
    if seed % 2 == 0 { core.apply(leaving, now: Self.now) }
    var step = 0
    let batches = core.exportAll(seriesMax: 5, now: Self.now) { core in
      step += 1
      // Fewer than a step takes, or it would never end.
      let count = step == 3 ? 400 : random.int(in: 0...3)
      core.apply(
        Self.points(step * 1000..<(step * 1000 + count), prefix: "new"), now: Self.now)
      // The clock moves on under those that leave, and the sweep takes them.
      if step == 10 { core.tick(now: Self.now + 150) }
      for _ in 0..<3 { core.tick(now: Self.now + 150 + Int64(step)) }
    }
    let names = batches.flatMap { batch in (0..<batch.series).map { batch.name($0) } }
      .filter { $0.hasPrefix("metric") }
    #expect(names.sorted() == Self.points(0..<300).map(\.name).sorted())
  }

  @Test("end a step early when they are many, but never within a series")
  func bounded() throws {
    let shape = try WindowShape(windowSeconds: 3600, resolutionSeconds: 1)
    var core = ShardCore(shape: shape)
    for second in 0..<3600 {
      core.apply(
        (0..<20).map { TestPoint(name: "m\($0)", value: 1, time: Self.now - Int64(second)) },
        now: Self.now)
    }
    let batches = core.exportAll(seriesMax: 1000, now: Self.now)
    #expect(batches.count > 2)
    #expect(batches.reduce(0) { $0 + $1.slices } == 20 * 3600)
    for batch in batches {
      #expect((0..<batch.series).allSatisfy { batch.sliceRange($0).count == 3600 })
    }
  }

  @Test("stay in the shard as well, and later points follow")
  func stay() {
    var core = ShardCore()
    let tricky = [1e16, 1, -1e16].map { TestPoint(name: "a", value: $0, time: Self.now) }
    core.apply(tricky, now: Self.now)
    let before = core.summaries(now: Self.now)
    _ = core.exportAll(seriesMax: 1, now: Self.now)
    #expect(core.summaries(now: Self.now) == before)
    #expect(before["a"]?.sum == 1)
    core.apply(tricky, now: Self.now)
    #expect(core.summaries(now: Self.now)["a"]?.sum == 2)
  }
}
