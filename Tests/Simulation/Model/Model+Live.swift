// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard

/// What is promised to readers of live reports: checked as each takes an update.
extension Model {
  /// What a subscriber holds is the report that it was told of, whatever it has missed.
  func check(_ telling: LiveTelling) {
    tally(telling)
    if scenario.watchesInside { checkHeld(telling) }
    checkOrder(telling)
    checkKeys(telling)
    let gathered = telling.subscriber.held.gathered
    check(
      gathered.report, isComplete: gathered.coverage.complete, acked: telling.report.acked,
      terms: terms(of: telling.report), known: telling.report.known)
  }

  /// A live report is of all there is, and is told without histograms.
  func terms(of report: LiveComputation) -> ReportTerms {
    ReportTerms(request: ReportRequest(), asOf: report.asOf, shape: scenario.shape)
  }

  /// What had been acked, but for points on nodes that nobody had heard of who answered: when their
  /// reader takes the report, others may hold them.
  func within(_ acked: [UInt64], _ known: Set<NodeID>) -> [UInt64] {
    let isKnown = lives.map { known.contains($0.host.id) }
    return acked.indices.map { index in
      var (rest, told) = (acked[index], acked[index])
      while rest != 0 {
        let bit = rest & ~(rest - 1)
        rest &= ~bit
        let point = index * SeriesTruth.pointsMax + bit.trailingZeroBitCount
        if let holder = truth(point).holder, !isKnown[holder] { told &= ~bit }
      }
      return told
    }
  }

  private func checkHeld(_ telling: LiveTelling) {
    let (held, report) = (telling.subscriber.held, telling.report)
    if held.head.coverage != report.gathered.coverage || held.head.asOf != report.asOf {
      world.broken(.live, "\(describe(telling)) has not the coverage that was computed")
    }
    guard held.rows != report.rows else { return }
    let keys = Set(held.rows.keys).union(report.rows.keys)
      .filter { held.rows[$0] != report.rows[$0] }
      .sorted { $0.lexicographicallyPrecedes($1) }
    let differing = keys.prefix(3).map { key in
      "\(String(decoding: key, as: UTF8.self)): \(counted(held.rows[key])) held, "
        + "\(counted(report.rows[key])) computed"
    }
    world.broken(.live, "\(describe(telling)): \(keys.count) rows differ, \(differing)")
  }

  private func checkOrder(_ telling: LiveTelling) {
    let (update, report) = (telling.update, telling.report)
    guard let before = telling.before else {
      if !update.full || update.intervals != 0 {
        world.broken(.live, "\(describe(telling)) is the first")
      }
      return
    }
    guard scenario.watchesInside else {
      if update.intervals < 1 { world.broken(.live, "\(describe(telling)) is not the first") }
      return
    }
    if report.revision <= before.revision || report.beganAt < before.beganAt
      || update.intervals != Int64(report.revision - before.revision)
    {
      world.broken(.live, "\(describe(telling)) comes behind revision \(before.revision)")
    }
    if update.full && report.number == before.number + 1 {
      world.broken(.live, "\(describe(telling)) is told all again, and has missed nothing")
    }
  }

  /// In whichever order a reader takes it, an update says the same.
  private func checkKeys(_ telling: LiveTelling) {
    let rows = telling.update.changed + telling.update.removed
    let keys = Set(rows.map { SeriesKey.encode(metric: $0.metric, labels: $0.labels) })
    if keys.count != rows.count {
      world.broken(.live, "\(describe(telling)) has \(rows.count - keys.count) rows twice")
    }
  }

  private func counted(_ row: MetricSummary?) -> String { row.map { "\($0.count)" } ?? "none" }

  private func describe(_ telling: LiveTelling) -> String {
    "subscriber \(telling.subscriber.number) at \(telling.report.node.identity), \(telling)"
  }

  private func tally(_ telling: LiveTelling) {
    let update = telling.update
    world.tallies[.liveUpdates] += 1
    world.tallies[.liveRowsChanged] += update.changed.count
    world.tallies[.liveRowsRemoved] += update.removed.count
    if !telling.report.gathered.coverage.complete { world.tallies[.liveUpdatesIncomplete] += 1 }
    guard let before = telling.before else { return }
    if update.full { world.tallies[.liveUpdatesFullAgain] += 1 }
    if telling.report.number > before.number + 1 { world.tallies[.liveUpdatesConflated] += 1 }
  }
}
