// SPDX-License-Identifier: Apache-2.0
public import Shard

/// The reports of a node's shards, on the way to one.
///
/// A series lives on the shard that its hash chooses, and then reports are only put behind one
/// another. Of a series that was hot other shards have something, too: those few rows are added up
/// through an index of their own.
public struct ShardReports {
  private let placement: Placement
  private var reports: [PartialReport]

  /// No reports yet.
  public init(_ placement: Placement) {
    self.placement = placement
    reports = Array(repeating: PartialReport(), count: placement.shards)
  }

  /// Takes the report of a shard.
  public mutating func add(_ report: PartialReport, of shard: Int) { reports[shard] = report }

  /// All series, each once. O(rows); a look at each hash when no series was ever spread.
  public consuming func merged() -> PartialReport {
    let spread = spread
    var merger = ReportMerger(rowsExpected: reports.reduce(0) { $0 + $1.count })
    guard !spread.isEmpty else {
      for report in reports { merger.add(disjoint: report) }
      return merger.finish()
    }
    let isLikely = HashFilter(spread)
    var spreadRows = ReportMerger()
    for report in reports {
      var own: [Int] = []
      var shared: [Int] = []
      for (row, hash) in report.hashes.enumerated() {
        if isLikely.mayHold(hash) && spread.contains(hash) {
          shared.append(row)
        } else {
          own.append(row)
        }
      }
      if shared.isEmpty {
        merger.add(disjoint: report)
      } else {
        merger.add(disjoint: report.selecting(own))
        spreadRows.add(report.selecting(shared))
      }
    }
    merger.add(disjoint: spreadRows.finish())
    return merger.finish()
  }

  /// Hashes of series that a shard has something of without being theirs.
  private var spread: Set<UInt64> {
    var spread: Set<UInt64> = []
    for (shard, report) in reports.enumerated() {
      for hash in report.hashes where placement.shard(hash) != shard { spread.insert(hash) }
    }
    return spread
  }
}

/// Tells most hashes that are not in a small set from those that are, in a nanosecond.
private struct HashFilter {
  private var words = [UInt64](repeating: 0, count: 64)

  init(_ hashes: Set<UInt64>) {
    for hash in hashes { words[Int(hash >> 6 & 63)] |= 1 << (hash & 63) }
  }

  func mayHold(_ hash: UInt64) -> Bool { words[Int(hash >> 6 & 63)] >> (hash & 63) & 1 != 0 }
}
