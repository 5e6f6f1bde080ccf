// SPDX-License-Identifier: Apache-2.0
import Shard
import Testing

@Suite("the window")
struct WindowTests {
  private static let now: Int64 = 1_700_000_000

  @Test("of one-second slices ends exactly at its second", arguments: [1, 2, 59, 60, 3599, 3600])
  func secondExact(window: Int64) throws {
    let shape = try WindowShape(windowSeconds: window, resolutionSeconds: 1)
    for age in [0, window / 2, window - 1] {
      var core = ShardCore(shape: shape)
      let time = Self.now - age
      core.apply([TestPoint(name: "a", value: 1, time: time)], now: Self.now)
      #expect(core.summaries(now: time + window - 1)["a"]?.count == 1)
      #expect(core.summaries(now: time + window).isEmpty)
    }
  }

  @Test("of coarser slices keeps a point until its slice's last second leaves")
  func sliceExact() throws {
    let shape = try WindowShape(windowSeconds: 60, resolutionSeconds: 10)
    var core = ShardCore(shape: shape)
    core.apply([TestPoint(name: "a", value: 1, time: 1000)], now: 1000)
    #expect(core.summaries(now: 1009 + 59)["a"]?.count == 1)
    #expect(core.summaries(now: 1009 + 60).isEmpty)
  }

  @Test("shows a point inside the future grace at once")
  func futureGrace() {
    var core = ShardCore()
    core.apply([TestPoint(name: "a", value: 1, time: Self.now + 60)], now: Self.now)
    #expect(core.summaries(now: Self.now)["a"]?.count == 1)
  }

  @Test("can be asked about a shorter span", arguments: [1, 9, 10, 11, 500, 3599, 3600, 9999])
  func shorter(span: Int64) {
    var core = ShardCore()
    let times = (0..<3600).map { Self.now - Int64($0) }
    core.apply(times.map { TestPoint(name: "a", value: 1, time: $0) }, now: Self.now)
    let due = times.count { $0 - $0 % 10 + 9 > Self.now - min(span, 3600) }
    let request = ReportRequest(windowSeconds: span)
    #expect(core.summaries(request, now: Self.now)["a"]?.count == Int64(due))
  }

  @Test("holds any number of slices, whatever a series grew from", arguments: [1, 10])
  func transitions(resolution: Int64) throws {
    let shape = try WindowShape(windowSeconds: 400 * resolution, resolutionSeconds: resolution)
    var core = ShardCore(shape: shape)
    var twin = Twin(shape)
    for step in 0..<900 {
      let now = Self.now + Int64(step) * resolution
      let point = TestPoint(name: "a", value: Double(step % 7), time: now)
      core.apply([point], now: now)
      twin.advance(to: now)
      #expect(twin.apply(point) == nil)
      #expect(core.summaries(now: now).differing(from: twin.summaries()).isEmpty)
      #expect(core.histograms(now: now) == twin.histograms())
    }
  }

  @Test("does not bring back what expired when the clock takes a small step back")
  func smallStepBack() throws {
    let shape = try WindowShape(windowSeconds: 10, resolutionSeconds: 1)
    var core = ShardCore(shape: shape)
    core.apply([TestPoint(name: "a", value: 1, time: 100)], now: 100)
    #expect(core.summaries(now: 110).isEmpty)
    #expect(core.summaries(now: 105).isEmpty)
    #expect(core.apply([TestPoint(name: "a", value: 1, time: 100)], now: 105).count == 1)
  }

  @Test("forgets what is far ahead when the clock is set back, and goes on")
  func clockSetBack() {
    var core = ShardCore()
    let wrong = Self.now + 10_000_000
    core.apply([TestPoint(name: "a", value: 1, time: wrong)], now: wrong)
    #expect(core.summaries(now: Self.now).isEmpty)
    core.apply([TestPoint(name: "a", value: 2, time: Self.now)], now: Self.now)
    #expect(core.summaries(now: Self.now)["a"]?.sum == 2)
    #expect(core.summaries(now: wrong).isEmpty)
  }

  @Test("rejects a point that its slice has left, or that is far ahead, between the two clocks")
  func late() {
    var core = ShardCore()
    let points = [Self.now - 3610, Self.now - 3600, Self.now + 70, Self.now + 80].map {
      TestPoint(name: "a", value: 1, time: $0)
    }
    let rejected = core.apply(points, now: Self.now)
    #expect(rejected.map(\.row) == [0, 3])
    #expect(rejected.map(\.reason) == [.timeTooOld, .timeTooNew])
    #expect(core.statistics.pointsRejected == 2 && core.statistics.pointsApplied == 2)
  }
}
