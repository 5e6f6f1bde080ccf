// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Router
import Shard
import TestKit
import Testing

@testable import Node

@Suite("windows held in the name of others")
struct HeldWindowsTests {
  private static let now: Int64 = 1_700_000_000
  private static let origin = Router.NodeIdentity(NodeID("a")!, incarnation: 7)

  private static func heading(_ attempt: UInt64, _ origin: Router.NodeIdentity = origin)
    -> HandOverHeading
  {
    HandOverHeading(cluster: "test", origin: origin, attempt: attempt)
  }

  private static func batch(_ names: String..., start: Int64 = now) -> SliceBatch {
    var batch = SliceBatch()
    for name in names {
      let bytes = Array(name.utf8)
      batch.appendSeries(name: bytes, hash: SeriesKey.hash(bytes.span.bytes, 0..<bytes.count))
      batch.appendSlice(start: start, SeriesSummary(count: 1, sum: 2, min: 2, max: 2))
    }
    return batch
  }

  private static func held(
    _ budget: SeriesBudget = SeriesBudget(), settleTime: Duration = .seconds(2)
  ) -> HeldWindows {
    HeldWindows(
      shape: .standard, budget: budget, settleTime: settleTime, executor: { InlineExecutor() })
  }

  private static func names(_ held: HeldWindows) async -> [String] {
    await held.report(ReportRequest(), asOf: now).flatMap { section in
      let report = section.report
      return (0..<report.count).map {
        "\(section.origin.id) \(report.name($0)) \(report[$0].count)"
      }
    }.sorted()
  }

  private static func hold(_ held: HeldWindows, _ batch: SliceBatch, _ heading: HandOverHeading)
    async throws
  {
    try await held.open(heading, now: now)
    try await held.take(batch, heading) { now }
    _ = try await held.finish(heading)
  }

  @Test("are answered by origin, once an attempt is whole")
  func whole() async throws {
    let held = Self.held()
    try await held.open(Self.heading(1), now: Self.now)
    try await held.take(Self.batch("x", "y"), Self.heading(1)) { Self.now }
    #expect(await Self.names(held).isEmpty)
    let counts = try await held.finish(Self.heading(1))
    #expect(counts == (2, 2))
    let other = Router.NodeIdentity(NodeID("b")!, incarnation: 1)
    try await Self.hold(held, Self.batch("x"), Self.heading(1, other))
    #expect(await Self.names(held) == ["a x 1", "a y 1", "b x 1"])
    #expect(await held.origins == [Self.origin, other])
  }

  @Test("of a larger attempt replace those of smaller ones, which are refused from then on")
  func attempts() async throws {
    let held = Self.held()
    try await Self.hold(held, Self.batch("x"), Self.heading(2))
    await #expect(throws: RPCError.self) { try await held.open(Self.heading(2), now: Self.now) }
    await #expect(throws: RPCError.self) { try await held.open(Self.heading(1), now: Self.now) }
    #expect(await Self.names(held) == ["a x 1"])
    try await held.open(Self.heading(3), now: Self.now)
    #expect(await Self.names(held).isEmpty)
    await #expect(throws: RPCError.self) {
      try await held.take(Self.batch("z"), Self.heading(2)) { Self.now }
    }
    await held.abandon(Self.heading(2))
    try await held.take(Self.batch("y"), Self.heading(3)) { Self.now }
    _ = try await held.finish(Self.heading(3))
    #expect(await Self.names(held) == ["a y 1"])
  }

  @Test("count against the node's series, and give them back")
  func budget() async throws {
    let budget = SeriesBudget(seriesMax: 2)
    let held = Self.held(budget)
    try await Self.hold(held, Self.batch("x", "y"), Self.heading(1))
    #expect(budget.count == 2)
    try await held.open(Self.heading(2), now: Self.now)
    #expect(budget.count == 0)
    await #expect(throws: RPCError.self) {
      try await held.take(Self.batch("x", "y", "z"), Self.heading(2)) { Self.now }
    }
    await held.abandon(Self.heading(2))
    #expect(budget.count == 0)
    await #expect(throws: RPCError.self) { _ = try await held.finish(Self.heading(2)) }
  }

  @Test("that lie ahead of the clock are refused")
  func ahead() async throws {
    let held = Self.held()
    try await held.open(Self.heading(1), now: Self.now)
    await #expect(throws: RPCError.self) {
      try await held.take(Self.batch("x", start: Self.now + 200), Self.heading(1)) { Self.now }
    }
  }

  @Test("are forgotten when their origin stays, and kept when it has left")
  func decided() async throws {
    let held = Self.held()
    try await Self.hold(held, Self.batch("x"), Self.heading(1))
    await held.stayed(Self.origin)
    #expect(await held.origins.isEmpty)
    try await Self.hold(held, Self.batch("x"), Self.heading(2))
    await held.left([Self.origin], at: .now)
    await held.stayed(Self.origin)
    #expect(await held.origins == [Self.origin])
    await #expect(throws: RPCError.self) { try await held.open(Self.heading(3), now: Self.now) }
  }

  @Test("are undecided until their origin has left for as long as a question takes")
  func undecided() async throws {
    let held = Self.held()
    let now = ContinuousClock.now
    try await Self.hold(held, Self.batch("x"), Self.heading(1))
    #expect(await held.undecided(now) == [Self.origin])
    await held.left([Self.origin], at: now)
    #expect(await held.undecided(now + .seconds(1)) == [Self.origin])
    #expect(await held.undecided(now + .seconds(2)) == [])
  }

  @Test("of further origins are refused by a node that leaves itself, withdrawals are not")
  func sealed() async throws {
    let held = Self.held()
    try await Self.hold(held, Self.batch("x"), Self.heading(1))
    await held.seal()
    let other = Router.NodeIdentity(NodeID("b")!, incarnation: 1)
    await #expect(throws: RPCError.self) {
      try await held.open(Self.heading(1, other), now: Self.now)
    }
    await #expect(throws: RPCError.self) {
      try await Self.hold(held, Self.batch("x"), Self.heading(2))
    }
    #expect(await held.origins == [])
    try await Self.hold(held, SliceBatch(), Self.heading(3))
    #expect(await held.origins.isEmpty)
    await held.unseal()
    try await Self.hold(held, Self.batch("x"), Self.heading(1, other))
  }

  @Test("tell whose they are, and that those have left")
  func includes() async throws {
    let held = Self.held()
    let b = Router.NodeIdentity(NodeID("b")!, incarnation: 1)
    let c = Router.NodeIdentity(NodeID("c")!, incarnation: 1)
    try await Self.hold(held, Self.batch("x"), Self.heading(1))
    var onward = Self.heading(1, b)
    onward.includes = [c, Self.origin]
    try await Self.hold(held, Self.batch("y"), onward)
    #expect(await held.leftOrigins == [Self.origin])
    let sections = await held.report(ReportRequest(), asOf: Self.now)
    #expect(sections.first { $0.origin == b }?.includes == [c, Self.origin])
    #expect(sections.first { $0.origin == Self.origin }?.includes == [])
    #expect(await held.included == [c, Self.origin, b])
  }

  @Test("are dropped when all has expired since the last part")
  func expiry() async throws {
    let budget = SeriesBudget()
    let held = Self.held(budget)
    try await Self.hold(held, Self.batch("x"), Self.heading(1))
    await held.tick { Self.now + 3670 }
    #expect(await held.origins == [Self.origin])
    await held.tick { Self.now + 3671 }
    #expect(await held.origins.isEmpty && budget.count == 0)
  }
}
