// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

@Suite("the aggregator")
struct AggregatorTests {
  private static let now: Int64 = 1_700_000_000

  @Test("takes batches and answers reports on the executor it was given")
  func rim() async {
    let aggregator = Aggregator(executor: InlineExecutor())
    let batch = PointColumns()
    batch.append(TestPoint(name: "a", value: 2, time: Self.now))
    batch.append(TestPoint(name: "a", value: 4, time: Self.now - 10_000))
    await aggregator.apply(batch, now: Self.now)
    #expect(batch.rejections.map(\.ordinal) == [1])
    let report = await aggregator.report(now: Self.now)
    #expect(report.count == 1 && report.name(0) == "a" && report[0].average == 2)
    await aggregator.tick(now: Self.now + 10_000)
    let statistics = await aggregator.statistics()
    #expect(statistics.series == 0 && statistics.pointsApplied == 1)
    #expect(await aggregator.report(now: Self.now + 10_000).count == 0)
  }
}
