// SPDX-License-Identifier: Apache-2.0
import Shard

// What sabotage does to statistics.

extension PartialReport {
  /// Changes the rows of series that one node's part of the report has, too.
  mutating func spoil(
    by part: PartialReport, _ change: (inout SeriesSummary, _ part: SeriesSummary) -> Void
  ) {
    for row in 0..<count {
      guard let place = part.hashes.firstIndex(of: hashes[row]) else { continue }
      change(&self[row], part[place])
    }
  }
}

extension SliceBatch {
  var withoutHistograms: SliceBatch {
    var batch = SliceBatch()
    for number in 0..<series {
      batch.append(series: number, of: self, slices: sliceRange(number), histograms: 0..<0)
    }
    return batch
  }
}
