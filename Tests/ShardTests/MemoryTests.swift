// SPDX-License-Identifier: Apache-2.0
import Shard
import Testing

@Suite("memory")
struct MemoryTests {
  private static let now: Int64 = 1_700_000_000
  private static let names = (0..<1000).map { "service.host-17.cpu.usage.\($0)" }

  /// Points for all names at one time.
  private static func round(_ core: inout ShardCore, time: Int64, now: Int64) {
    core.apply(names.map { TestPoint(name: $0, value: 1, time: time) }, now: now)
  }

  @Test("a series with a few points takes little", arguments: [(1, 500), (2, 500), (6, 760)])
  func few(slices: Int, bytesMax: Int) {
    var core = ShardCore()
    for slice in 0..<slices {
      Self.round(&core, time: Self.now - Int64(slice) * 600, now: Self.now)
    }
    #expect(core.statistics.series == 1000)
    #expect(core.statistics.bytes <= 1000 * bytesMax)
  }

  @Test("a busy series takes at most 17.5 kB, however long it is busy")
  func busy() {
    var core = ShardCore()
    let name = "service.host-17.cpu.usage.1"
    for step in 0..<1000 {
      let now = Self.now + Int64(step) * 10
      core.apply(
        [0, 60].map { TestPoint(name: name, value: 1, time: now + $0) }, now: now)
    }
    // The table of one series is as large as that of 48.
    #expect(core.statistics.bytes - 1040 + 43 <= 17_500)
    #expect(core.summaries(now: Self.now + 9990)[name]?.count == Int64(361 + 367))
  }

  @Test("of series that were not written for a window is given back, on ticks alone")
  func idle() {
    let budget = SeriesBudget()
    var core = ShardCore(budget: budget)
    let empty = core.statistics.bytes
    for slice in 0..<30 {
      Self.round(&core, time: Self.now - Int64(slice) * 100, now: Self.now)
    }
    core.apply([TestPoint(name: "b", value: .infinity, time: Self.now)], now: Self.now)
    #expect(budget.count == 1001)
    for second in 0..<Int64(3600 + 2 * 900) { core.tick(now: Self.now + second) }
    #expect(core.statistics.series == 0 && budget.count == 0)
    #expect(core.statistics.seriesEvicted == 1001)
    #expect(core.statistics.bytes == empty)
  }

  @Test("of idle series is given back while others are written")
  func idleAmongBusy() {
    var core = ShardCore()
    Self.round(&core, time: Self.now, now: Self.now)
    for step in 0..<Int64(700) {
      let now = Self.now + step * 10
      core.apply([TestPoint(name: "busy", value: 1, time: now)], now: now)
    }
    #expect(core.statistics.series == 1)
    #expect(core.statistics.bytes < 20_000)
  }

  @Test("a series that wakes after a window is small again")
  func waking() {
    var core = ShardCore()
    for step in 0..<Int64(360) {
      let now = Self.now + step * 10
      core.apply([TestPoint(name: "a", value: 1, time: now)], now: now)
    }
    let now = Self.now + 20_000
    core.apply([TestPoint(name: "a", value: 1, time: now)], now: now)
    #expect(core.statistics.bytes - 1040 <= 500)
    #expect(core.summaries(now: now)["a"]?.count == 1)
  }
}
