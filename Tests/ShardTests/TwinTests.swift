// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

/// A shape and a seed, so that a failure names both.
struct TwinCase: CustomTestStringConvertible {
  let window: Int64
  let resolution: Int64
  let grace: Int64
  let seed: UInt64

  var testDescription: String { "\(window) s / \(resolution) s + \(grace) s, seed \(seed)" }

  static let all = [(60, 1, 5), (3600, 10, 60), (1, 1, 0), (7, 7, 0), (12, 3, 4), (300, 1, 60)]
    .flatMap { shape in
      (1...4).map {
        TwinCase(
          window: Int64(shape.0), resolution: Int64(shape.1), grace: Int64(shape.2), seed: $0)
      }
    }
}

@Suite("a shard and its naive twin")
struct TwinTests {
  /// How the clock moves between batches.
  private static func step(_ now: Int64, _ shape: WindowShape, _ random: inout SplitMix64) -> Int64
  {
    let step =
      switch random.int(in: 0...19) {
      case 0: -random.int(in: 1...10)
      case 1: -random.int(in: 11...Int(2 * shape.windowSeconds + 12))
      case 2: random.int(in: 1...Int(2 * shape.windowSeconds + 100))
      case 3...8: random.int(in: 1...Int(shape.windowSeconds / 4 + 1))
      case 9...14: random.int(in: 0...2)
      default: 0
      }
    return max(0, now + Int64(step))
  }

  private static func point(_ now: Int64, _ shape: WindowShape, _ random: inout SplitMix64)
    -> TestPoint
  {
    let value =
      random.oneIn(30)
      ? (random.oneIn(2) ? Double.infinity : -.infinity) : Double(random.int(in: -999...999))
    let oldest = Int(-shape.windowSeconds - 3)
    let newest = Int(shape.futureGraceSeconds + 14)
    // Mostly near now, so that some series are busy in few slices and some spread over many.
    let time =
      random.oneIn(2)
      ? now - Int64(random.int(in: 0...2)) : now + Int64(random.int(in: oldest...newest))
    let name = min(random.int(in: 0...39), random.int(in: 0...39))
    return TestPoint(
      name: "metric \(name)", value: value, time: max(0, time), kind: random.oneIn(9) ? 2 : 0)
  }

  @Test("say the same whatever the order, the lateness and the clock", arguments: TwinCase.all)
  func agree(_ test: TwinCase) throws {
    let shape = try WindowShape(
      windowSeconds: test.window, resolutionSeconds: test.resolution,
      futureGraceSeconds: test.grace)
    var random = SplitMix64(seed: test.seed)
    var twin = Twin(shape)
    var core = ShardCore(shape: shape)
    var now = test.seed % 2 == 0 ? Int64(1_700_000_000) : 5
    for _ in 0..<120 {
      now = Self.step(now, shape, &random)
      let points = (0..<random.int(in: 0...120)).map { _ in Self.point(now, shape, &random) }
      let rejected = core.apply(points, now: now)
      twin.advance(to: now)
      let expected = points.enumerated().compactMap { row, point in
        twin.apply(point).map { Rejected(row: row, reason: $0) }
      }
      #expect(rejected.map { Rejected(row: $0.row, reason: $0.reason) } == expected)
      if random.oneIn(3) { core.tick(now: now) }
      let request = Self.request(now, shape, &random)
      let seen = core.summaries(request, now: now)
      let due = twin.summaries(request)
      let differing = seen.differing(from: due)
      try #require(
        differing.isEmpty,
        "at \(now), \(request): \(differing.map { ($0, seen[$0], due[$0]) })")
      try #require(core.histograms(request, now: now) == twin.histograms(request))
    }
  }

  private static func request(_ now: Int64, _ shape: WindowShape, _ random: inout SplitMix64)
    -> ReportRequest
  {
    var request = ReportRequest()
    let oldest = Int(-shape.windowSeconds - 20)
    if random.oneIn(2) { request.windowSeconds = Int64(random.int(in: 1...Int(-oldest))) }
    if random.oneIn(3) { request.from = now + Int64(random.int(in: oldest...20)) }
    if random.oneIn(3) { request.to = now + Int64(random.int(in: oldest...20)) }
    return request
  }

  private struct Rejected: Equatable {
    let row: Int
    let reason: RejectReason
  }
}
