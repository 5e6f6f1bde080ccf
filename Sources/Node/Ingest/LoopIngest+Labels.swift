// SPDX-License-Identifier: Apache-2.0
import Proto
import Shard

/// Points with labels: their keys are made in memory of the loop's own, and hashed four at a time.
extension LoopIngest {
  /// Makes the keys of those of the first `count` points that have labels, and their hashes of the
  /// names' hashes.
  @inline(never)
  func readLabels(
    _ run: RawSpan, _ points: InlineArray<4, PointView>, _ count: Int,
    _ verdicts: inout InlineArray<4, LabelledKeys.Verdict>,
    _ hashes: inout InlineArray<4, UInt64>
  ) {
    keys.reset()
    // A key begins with the name, whose hash is known.
    var ranges = InlineArray<4, Range<Int>>(repeating: 0..<0)
    var last = 0..<0
    for lane in 0..<count where !points[lane].labels.isEmpty {
      verdicts[lane] = keys.add(run, points[lane])
      guard case .key(let key) = verdicts[lane] else { continue }
      ranges[lane] = key.lowerBound + points[lane].nameLength..<key.upperBound
      last = ranges[lane]
    }
    // Lanes without labels get another's: four of like length are hashed in the time of one.
    var filled = ranges
    for lane in ranges.indices where ranges[lane].isEmpty { filled[lane] = last }
    let names = hashes
    let ofKeys = keys.withBytes { FNV.hashes($0, filled, behind: names) }
    for lane in 0..<count where !ranges[lane].isEmpty {
      hashes[lane] = SeriesKey.hash(name: hashes[lane], key: ofKeys[lane])
    }
  }
}
