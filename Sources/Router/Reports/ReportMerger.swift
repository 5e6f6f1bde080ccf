// SPDX-License-Identifier: Apache-2.0
public import Shard

/// Makes one report of many: series with the same name are added up, each once.
///
/// The shards of a node share hardly any series (see ``ShardReports``), so their reports are only
/// put behind one another; those of other nodes may overlap and go through an index of names, built
/// when first needed. Merging is associative and commutative: counts, extremes and infinities
/// exactly, sums to the last bit but one. Counts beyond 2^63 - 1 stay there.
public struct ReportMerger {
  private var merged = PartialReport()
  /// What the sums lack; shorter than the report where nothing was added yet.
  private var compensations: [Double] = []
  private var index = RowIndex()
  /// Rows that the index has room for at least, once there is one.
  private let rowsExpected: Int
  private var hasReserved = false

  /// Nothing merged yet.
  ///
  /// - Parameter rowsExpected: rows of all reports that will be added, if known: so the index is
  ///   made once, and as large as it must be.
  public init(rowsExpected: Int = 0) { self.rowsExpected = rowsExpected }

  /// Adds the report of a shard that shares no series with any report added. O(bytes), a copy of
  /// columns.
  public mutating func add(disjoint report: PartialReport) {
    if merged.count == 0 {
      merged = report
    } else {
      reserve(for: report)
      merged.append(disjoint: report)
    }
  }

  /// Makes room for all that is expected, once, rather than twice as much again and again.
  private mutating func reserve(for report: PartialReport) {
    let rows = rowsExpected - merged.count
    guard rows >= report.count, report.count > 0, !hasReserved else { return }
    hasReserved = true
    merged.reserve(rows: rows, nameBytes: report.nameBytes.count / report.count * rows)
  }

  /// Adds a report that may name series already added. O(rows), one look-up each.
  public mutating func add(_ report: PartialReport) {
    index.cover(merged, reserving: max(report.count, rowsExpected - merged.count))
    let placement = index.place(report, behind: merged)
    if placement.newRows.count == report.count {
      add(disjoint: report)
    } else {
      reserve(for: report)
      merged.append(rows: placement.newRows, of: report)
    }
    guard !placement.knownRows.isEmpty else { return }
    let missing = merged.count - compensations.count
    compensations += repeatElement(0, count: missing)
    merged.fold(
      placement.knownRows, of: report, into: placement.knownTargets, &compensations)
  }

  /// The merged report; rows are in no order. O(rows that overlapped).
  public consuming func finish() -> PartialReport {
    var report = merged
    for row in compensations.indices where compensations[row] != 0 {
      let sum = CompensatedSum(report.sums[row], compensation: compensations[row])
      report[row].sum = sum.total
    }
    return report
  }
}
