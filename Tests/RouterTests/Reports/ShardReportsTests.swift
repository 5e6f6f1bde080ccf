// SPDX-License-Identifier: Apache-2.0
import Router
import Shard
import TestKit
import Testing

@Suite("reports of a node's shards")
struct ShardReportsTests {
  @Test(
    "are added up where series were spread, and are what one shard would say",
    arguments: 1...20 as ClosedRange<UInt64>)
  func twin(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let placement = Placement(shards: random.int(in: 1...5))
    let spreadOne = random.oneIn(4) ? Int.max : random.int(in: 1...50)
    var points: [[TestRow]] = Array(repeating: [], count: placement.shards)
    for row in TestRow.random(3000, names: 400, &random) {
      let row = TestRow(row.name, Double(random.int(in: -99...99)), 1_700_000_000, kind: row.kind)
      let home = placement.shard(testHash(row.name))
      let isSpread = spreadOne < .max && Int(testHash(row.name) % 97) < spreadOne
      points[isSpread ? random.int(in: 0...placement.shards - 1) : home].append(row)
    }
    var reports = ShardReports(placement)
    for shard in points.indices { reports.add(Self.report(points[shard]), of: shard) }
    let merged = reports.merged()
    let twin = Self.report(points.flatMap { $0 })
    #expect(merged.count == twin.count)
    #expect(Self.rows(merged) == Self.rows(twin))
  }

  private static func report(_ rows: [TestRow]) -> PartialReport {
    var core = ShardCore()
    core.apply(PointColumns(rows), now: 1_700_000_000)
    return core.report(ReportRequest(), now: 1_700_000_000)
  }

  private static func rows(_ report: PartialReport) -> [[UInt8]: [Double]] {
    Dictionary(
      uniqueKeysWithValues: (0..<report.count).map { row in
        let one = report[row]
        return (
          Array(report.nameBytes[report.nameRange(row)]),
          [Double(one.count), one.sum, one.min, one.max]
        )
      })
  }
}
