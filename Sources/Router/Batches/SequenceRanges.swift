// SPDX-License-Identifier: Apache-2.0

/// Numbers of batches, as ranges: those of one client follow each other, so a few ranges hold all.
struct SequenceRanges: Sendable, Equatable {
  /// In order, with gaps in between.
  private(set) var ranges: [ClosedRange<UInt64>] = []

  var count: Int { ranges.count }

  /// O(log ranges).
  func contains(_ number: UInt64) -> Bool {
    let index = firstIndex(endingAtOrAfter: number)
    return index < ranges.count && ranges[index].contains(number)
  }

  /// O(ranges), and O(log ranges) for numbers that follow each other.
  mutating func insert(_ number: UInt64) {
    let index = firstIndex(endingAtOrAfter: number)
    if index < ranges.count, ranges[index].contains(number) { return }
    let joinsLower = index > 0 && ranges[index - 1].upperBound + 1 == number
    let joinsUpper = index < ranges.count && ranges[index].lowerBound - 1 == number
    switch (joinsLower, joinsUpper) {
    case (true, true):
      ranges[index - 1] = ranges[index - 1].lowerBound...ranges[index].upperBound
      ranges.remove(at: index)
    case (true, false): ranges[index - 1] = ranges[index - 1].lowerBound...number
    case (false, true): ranges[index] = number...ranges[index].upperBound
    case (false, false): ranges.insert(number...number, at: index)
    }
  }

  /// Adds all numbers of a range. O(ranges).
  mutating func insert(_ numbers: ClosedRange<UInt64>) {
    // Those that it meets or touches become one with it.
    let first = firstIndex(endingAtOrAfter: max(numbers.lowerBound, 1) - 1)
    var last = first
    var joined = numbers
    while last < ranges.count, ranges[last].lowerBound - 1 <= numbers.upperBound {
      joined =
        min(
          joined.lowerBound, ranges[last].lowerBound)...max(
          joined.upperBound, ranges[last].upperBound)
      last += 1
    }
    ranges.replaceSubrange(first..<last, with: CollectionOfOne(joined))
  }

  /// Forgets the lowest ranges beyond so many.
  mutating func keep(_ rangesMax: Int) {
    if ranges.count > rangesMax { ranges.removeFirst(ranges.count - rangesMax) }
  }

  private func firstIndex(endingAtOrAfter number: UInt64) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
