// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard

extension Model {
  /// Checks what a client was told against the truth.
  ///
  /// - Parameters:
  ///   - acked: what had been acked when the question was asked, by series.
  ///   - terms: what was asked.
  ///   - known: nodes that any of those who answered had heard of: of others no report can tell.
  func check(
    _ report: PartialReport, isComplete: Bool, acked: [UInt64], terms: ReportTerms,
    known: Set<NodeID>
  ) {
    var masks = [UInt64](repeating: 0, count: series.count)
    for row in 0..<report.count {
      guard let index = index(of: row, report) else { return }
      guard checkRow(row, of: report, series: index, terms, &masks[index]) else { return }
    }
    guard isComplete else { return }
    for index in acked.indices where acked[index] & ~masks[index] != 0 {
      for point in numbers(index, acked[index] & ~masks[index]) where !isExcused(point, terms) {
        // It may have been acked before, and applied anew after the question.
        if truth(point).isAppliedAnew { continue }
        guard let holder = truth(point).holder, known.contains(lives[holder].host.id) else {
          world.tallies[.pointsUnknown] += 1
          continue
        }
        return world.broken(
          .complete, "\(describe(point)) was acked, and a complete report lacks it")
      }
    }
  }

  /// At rest a report is what living nodes have applied, but those `without`, whose points may be
  /// missing.
  func checkAtRest(_ report: PartialReport, terms: ReportTerms, without: Set<String>) {
    var masks = [UInt64](repeating: 0, count: series.count)
    for row in 0..<report.count {
      guard let index = index(of: row, report) else { return }
      guard checkRow(row, of: report, series: index, terms, &masks[index]) else { return }
    }
    for index in series.indices {
      for point in numbers(index, series[index].sent) {
        let isThere = masks[index] >> UInt64(point % SeriesTruth.pointsMax) & 1 == 1
        let truth = truth(point)
        let isHeld =
          isHeld(truth)
          && truth.holder.map { !without.contains(lives[$0].host.id.text) } ?? false
        if isHeld && !isThere && !isExcused(point, terms) {
          return world.broken(.exactAtRest, "\(describe(point)) is not in the report")
        }
        if isThere && !isHeld && scenarioWatches {
          return world.broken(.exactAtRest, "\(describe(point)) is in the report")
        }
      }
    }
  }

  /// Every point that was acked or hinted is held by the living, died with a node, or was given up
  /// and counted.
  func checkLosses(givenUp: Int) {
    var missing = 0
    var last: PointNumber?
    for point in points.indices {
      guard let truth = points[point], truth.fate == .applied || truth.fate == .hinted else {
        continue
      }
      if truth.holder != nil {
        if !isHeld(truth) { world.tallies[.pointsDied] += 1 }
      } else if let keeper = truth.keeper, !isAlive(keeper) {
        world.tallies[.pointsDied] += 1
      } else if truth.fate == .applied {
        return world.broken(.lossesExplained, "\(describe(point)) was settled as applied")
      } else {
        missing += 1
        last = point
      }
    }
    if missing > givenUp {
      world.broken(
        .lossesExplained,
        "\(missing) hinted points are nowhere, \(givenUp) were given up; the last is "
          + (last.map { describe($0) } ?? "none"))
    }
  }

  private var scenarioWatches: Bool { world.scenario.watchesInside }

  private func index(of row: Int, _ report: PartialReport) -> Int? {
    guard let index = seriesIndex(hash: report.hashes[row]),
      series[index].name.elementsEqual(report.nameBytes[report.nameRange(row)])
    else {
      world.broken(.nothingInvented, "the report has a series \(report.name(row))")
      return nil
    }
    return index
  }

  /// Whether the row can be; `mask` gets its points.
  private func checkRow(
    _ number: Int, of report: PartialReport, series index: Int, _ terms: ReportTerms,
    _ mask: inout UInt64
  ) -> Bool {
    let truth = series[index]
    let row = report[number]
    guard row.sum >= 0, row.sum < 0x1p63, row.sum == row.sum.rounded() else {
      world.broken(.nothingInvented, "series \(index) has the sum \(row.sum)")
      return false
    }
    let sum = UInt64(row.sum)
    if mask != 0 {
      world.broken(.exactlyOnce, "series \(index) has two rows")
    } else if sum.nonzeroBitCount != Int(row.count) {
      world.broken(.exactlyOnce, "series \(index) counts \(row.count), its sum is \(row.sum)")
    } else if sum & ~truth.sent != 0 {
      world.broken(.nothingInvented, "series \(index) has points that were never sent")
    } else if let point = numbers(index, sum & truth.refused).first {
      world.broken(.nothingInvented, "\(describe(point)) was refused, and is in a report")
    } else if row.min != 0x1p0 * Double(sum & (~sum &+ 1))
      || row.max != Double(1 << UInt64(63 - sum.leadingZeroBitCount))
    {
      world.broken(.exactlyOnce, "series \(index): \(row) has not the extremes of its sum")
    } else if world.scenario.clocks == .expiring,
      let point = numbers(index, sum).first(where: { isExpired($0, terms, by: terms.asOf) })
    {
      world.broken(.nothingInvented, "\(describe(point)) has expired, and is in a report")
    } else if let point = numbers(index, sum).first(where: { !isAsked($0, terms) }) {
      world.broken(.nothingInvented, "\(describe(point)) is not of the span of the report")
    } else {
      checkStatistics(
        Row(report: report, number: number, series: index, mask: sum, terms: terms))
    }
    mask = sum
    return world.violation == nil
  }

  func numbers(_ index: Int, _ mask: UInt64) -> [PointNumber] {
    var rest = mask
    var found: [PointNumber] = []
    while rest != 0 {
      found.append(index * SeriesTruth.pointsMax + rest.trailingZeroBitCount)
      rest &= rest - 1
    }
    return found
  }

  private func isExpired(_ point: PointNumber, _ terms: ReportTerms, by clock: Int64) -> Bool {
    truth(point).time.map { terms.hasExpired($0, by: clock) } ?? true
  }

  /// Whether the point lies in the span that was asked for, by one of the times it was taken with.
  private func isAsked(_ point: PointNumber, _ terms: ReportTerms) -> Bool {
    truth(point).applications.contains { terms.covers($0.time) }
  }

  /// Whether a report may lack a point that was applied: it died with its node, has expired by the
  /// clock of its holder or of whoever was asked, or is not in the span.
  private func isExcused(_ point: PointNumber, _ terms: ReportTerms) -> Bool {
    let truth = truth(point)
    guard let holder = truth.holder else { return false }
    let life = lives[holder]
    // Askers' clocks move windows by no more than what clocks of one node may be apart.
    let latest = max(terms.asOf, life.host.wallMax) + ShardLimits.clockSkewSeconds
    return !isHeld(truth) || truth.isForgotten || isExpired(point, terms, by: latest)
      || truth.applications.contains { !terms.covers($0.time) }
  }
}
