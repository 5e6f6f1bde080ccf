// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Router
import Shard

/// A live report as its reader puts it together of what it is told.
struct HeldReport {
  /// What each row says but for its rates, by series key.
  private(set) var rows: [[UInt8]: MetricSummary] = [:]
  /// The latest, without rows.
  private(set) var head = Report()

  /// Takes an update.
  mutating func apply(_ update: MetricUpdate) {
    if update.full { rows = [:] }
    for row in update.removed { rows[key(row)] = nil }
    for row in update.changed {
      var summary = row.summary ?? MetricSummary()
      summary.rate = 0
      rows[key(row)] = summary
    }
    head = update.report ?? Report()
  }

  private func key(_ row: SeriesReport) -> [UInt8] {
    SeriesKey.encode(metric: row.metric, labels: row.labels)
  }

  /// The same as a node's report, rows in order of their keys.
  var gathered: GatheredReport {
    var report = PartialReport()
    for key in rows.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      guard let row = rows[key] else { continue }
      report.append(
        name: key, hash: SeriesKey.hash(key.span.bytes, key.indices),
        SeriesSummary(
          count: row.count, sum: row.sum, min: row.min, max: row.max,
          squares: row.variance * Double(row.count), last: row.last, lastSeen: row.lastSeen,
          firstSeen: row.firstSeen, kind: UInt8(clamping: row.kind.rawValue)))
    }
    return GatheredReport(report: report, coverage: head.coverage ?? Coverage())
  }
}
