// SPDX-License-Identifier: Apache-2.0
import Shard
import Testing

@Suite("a window's shape")
struct ShapeTests {
  @Test("says what is wrong with its numbers")
  func errors() {
    #expect(throws: WindowShapeError.resolutionOutOfRange(seconds: 0)) {
      try WindowShape(resolutionSeconds: 0)
    }
    #expect(throws: WindowShapeError.windowOutOfRange(seconds: 5, resolutionSeconds: 10)) {
      try WindowShape(windowSeconds: 5)
    }
    #expect(throws: WindowShapeError.windowNotMultiple(seconds: 25, resolutionSeconds: 10)) {
      try WindowShape(windowSeconds: 25)
    }
    #expect(throws: WindowShapeError.futureGraceOutOfRange(seconds: -1)) {
      try WindowShape(futureGraceSeconds: -1)
    }
    #expect(throws: WindowShapeError.tooManySlices(604_870)) {
      try WindowShape(windowSeconds: 604_800, resolutionSeconds: 1)
    }
    #expect("\(WindowShapeError.tooManySlices(604_870))".contains("604870 slices"))
  }

  @Test("is an hour in steps of ten seconds by default")
  func standard() throws {
    #expect(try WindowShape() == .standard)
    #expect(WindowShape.standard.windowSeconds == 3600)
    #expect(WindowShape.standard.resolutionSeconds == 10)
    #expect(WindowShape.standard.futureGraceSeconds == 60)
  }

  @Test(
    "works at its limits",
    arguments: [(1, 1, 0), (86_400, 1, 60), (604_800, 3600, 3600), (3600, 3600, 0)])
  func limits(window: Int64, resolution: Int64, grace: Int64) throws {
    let shape = try WindowShape(
      windowSeconds: window, resolutionSeconds: resolution, futureGraceSeconds: grace)
    var core = ShardCore(shape: shape)
    let now: Int64 = 1_700_000_000
    let count = min(window, 500)
    let points = (0..<count).map {
      TestPoint(name: "a", value: 1, time: now - $0 * (window / count))
    }
    #expect(core.apply(points, now: now).isEmpty)
    #expect(core.summaries(now: now)["a"]?.count == count)
  }
}
