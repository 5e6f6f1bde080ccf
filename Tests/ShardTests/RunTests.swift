// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

/// Points of one series after the other, as a batch's order brings them, against the same points
/// one by one.
@Suite("runs of one series")
struct RunTests {
  private static let now: Int64 = 1_700_000_000
  private static let names = (0..<12).map { "metric \(String(repeating: "x", count: $0))" }

  /// Rows of one series: which, and in which order.
  private struct Run {
    var name: String
    var kind: UInt8
    var rows: [UInt32]
  }

  private static func value(_ random: inout SplitMix64) -> Double {
    switch random.int(in: 0...40) {
    case 0: .infinity
    case 1: -.infinity
    // Their squares are too large for a double, their sums are not.
    case 2: 1e200
    case 3: -1e200
    case 4: 0
    default: Double(random.int(in: -99_999...99_999)) / 7
    }
  }

  private static func runs(_ points: Int, _ random: inout SplitMix64) -> [Run] {
    var rows = (0..<UInt32(points)).shuffled(using: &random)[...]
    var runs: [Run] = []
    while !rows.isEmpty {
      let count = random.oneIn(5) ? 90 : random.int(in: 1...9)
      runs.append(
        Run(
          name: names[random.int(in: 0...names.count - 1)], kind: random.oneIn(4) ? 2 : 0,
          rows: Array(rows.prefix(count))))
      rows = rows.dropFirst(count)
    }
    return runs
  }

  @Test("say what single points say", arguments: 1...20 as ClosedRange<UInt64>)
  func twin(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var core = ShardCore()
    var twin = ShardCore()
    let batch = PointColumns(rowsMax: 70, nameBytesMax: 1024)
    let singles = PointColumns(rowsMax: 70)
    for round in 0..<20 {
      let now = Self.now + Int64(round) * 7
      let points = random.int(in: 1...300)
      let values = (0..<points).map { _ in Self.value(&random) }
      let isTold = !random.oneIn(3)
      let times =
        isTold ? (0..<points).map { _ in now - Int64(random.int(in: -80...40)) * 11 } : []
      var rejected: [UInt32: RejectReason] = [:]
      var due: [UInt32: RejectReason] = [:]
      func flush(_ batch: PointColumns, _ core: inout ShardCore) -> [UInt32: RejectReason] {
        core.apply(batch, now: now)
        defer { batch.reset() }
        return Dictionary(uniqueKeysWithValues: batch.rejections.map { ($0.ordinal, $0.reason) })
      }
      for run in Self.runs(points, &random) {
        let name = Array(run.name.utf8)
        var rows = run.rows.span
        while !rows.isEmpty {
          let added = batch.append(
            hash: testHash(name), nameFrom: name.span.bytes, range: name.indices, kind: run.kind,
            rows: rows, values: values.span, times: times.span, time: now, firstOrdinal: 1000)
          if added == 0 { rejected.merge(flush(batch, &core)) { $1 } }
          rows = rows.extracting(added..<rows.count)
        }
        for row in run.rows {
          let isIn = singles.append(
            hash: testHash(name), nameFrom: name.span.bytes, range: name.indices,
            value: values[Int(row)], time: isTold ? times[Int(row)] : now, ordinal: 1000 + row,
            kind: run.kind)
          #expect(isIn)
          if singles.count == singles.rowsMax { due.merge(flush(singles, &twin)) { $1 } }
        }
      }
      rejected.merge(flush(batch, &core)) { $1 }
      due.merge(flush(singles, &twin)) { $1 }
      #expect(rejected == due)
      try #require(core.summaries(now: now) == twin.summaries(now: now))
      try #require(core.histograms(now: now) == twin.histograms(now: now))
    }
    #expect(core.statistics.pointsApplied == twin.statistics.pointsApplied)
  }
}
