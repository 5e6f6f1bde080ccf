// SPDX-License-Identifier: Apache-2.0

/// The infinities of one series by slice, oldest first. Most series have none and no log.
///
/// Owned by one series' header; touched only by its shard.
final class InfinityLog {
  /// The infinities of one slice.
  struct Entry {
    let index: Int64
    var positive: Int64 = 0
    var negative: Int64 = 0
  }

  private var entries: [Entry] = []

  /// What the log takes: the object, the array's head and its entries.
  var bytes: Int { 32 + 48 + entries.capacity * MemoryLayout<Entry>.stride }

  /// Counts some. O(1) in the newest slice, O(log slices) otherwise, and O(slices) for a slice that
  /// had none.
  func add(_ counts: (positive: Int64, negative: Int64), slice index: Int64, firstLive: Int64) {
    let position = place(of: index)
    if position == entries.count || entries[position].index != index {
      entries.insert(Entry(index: index), at: position)
      let expired = place(of: firstLive)
      if expired > 0 { entries.removeFirst(expired) }
    }
    let entry = place(of: index)
    entries[entry].positive &+= counts.positive
    entries[entry].negative &+= counts.negative
  }

  /// The slices from `first` on that have any, oldest first.
  func entries(from first: Int64) -> [Entry] { Array(entries[place(of: first)...]) }

  /// The counts of these slices.
  func counts(_ range: ClosedRange<Int64>) -> (positive: Int64, negative: Int64) {
    let from = place(of: range.lowerBound)
    let end = place(of: range.upperBound + 1)
    return entries[from..<end].reduce(into: (0, 0)) { counts, entry in
      counts.positive += entry.positive
      counts.negative += entry.negative
    }
  }

  /// Forgets the slices outside `range`; answers the newest that is left, or -1.
  func keep(_ range: Range<Int64>) -> Int64 {
    entries.removeAll { !range.contains($0.index) }
    return entries.last?.index ?? -1
  }

  /// The first entry not older than `index`.
  private func place(of index: Int64) -> Int {
    if let newest = entries.last, newest.index < index { return entries.count }
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].index < index { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
