// SPDX-License-Identifier: Apache-2.0
public import Shard

/// Makes one report of many: series with the same name are added up, each once.
///
/// The shards of a node share no series, so their reports are only put behind one another; those
/// of other nodes may overlap and go through an index of names, built when first needed. Merging
/// is associative and commutative: counts, extremes and infinities exactly, sums to the last bit
/// but one.
public struct ReportMerger {
  private var merged = PartialReport()
  /// What the sums lack; shorter than the report where nothing was added yet.
  private var compensations: [Double] = []
  private var index = RowIndex()

  /// Nothing merged yet.
  public init() {}

  /// Adds the report of a shard that shares no series with any report added. O(bytes), a copy of
  /// columns.
  public mutating func add(disjoint report: PartialReport) {
    if merged.count == 0 {
      merged = report
    } else {
      merged.append(disjoint: report)
    }
  }

  /// Adds a report that may name series already added. O(rows), one look-up each.
  public mutating func add(_ report: PartialReport) {
    index.cover(merged, reserving: report.count)
    for row in 0..<report.count {
      if let known = index.find(report, row, in: merged) {
        fold(report[row], into: known)
      } else {
        merged.append(row: row, of: report)
        index.insert(merged.count - 1, hash: report.hashes[row])
      }
    }
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

  private mutating func fold(_ other: SeriesSummary, into row: Int) {
    while compensations.count <= row { compensations.append(0) }
    var summary = merged[row]
    var sum = CompensatedSum(summary.sum, compensation: compensations[row])
    sum.add(other.sum)
    summary.count += other.count
    summary.sum = sum.sum
    compensations[row] = sum.compensation
    summary.min = min(summary.min, other.min)
    summary.max = max(summary.max, other.max)
    summary.positiveInfinities += other.positiveInfinities
    summary.negativeInfinities += other.negativeInfinities
    merged[row] = summary
  }
}
