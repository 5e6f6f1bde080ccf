// SPDX-License-Identifier: Apache-2.0

extension HistogramColumns {
  /// Adds the values of rows of another to rows that are here, in order; a row may be added to more
  /// than once. O(their buckets).
  public mutating func fold(
    _ rows: [UInt32], of other: HistogramColumns, into targets: [UInt32]
  ) {
    for (row, target) in zip(rows, targets) { fold(Int(row), of: other, into: Int(target)) }
  }

  /// Adds the values of a row of another to a row. O(buckets).
  public mutating func fold(_ row: Int, of other: HistogramColumns, into target: Int) {
    add(zeros: other.zeros[row], to: target)
    fold(other.positives[row], of: other, scale: other.scales[row], isNegative: false, target)
    fold(other.negatives[row], of: other, scale: other.scales[row], isNegative: true, target)
  }

  private mutating func fold(
    _ run: Run, of other: HistogramColumns, scale: Int8, isNegative: Bool, _ target: Int
  ) {
    add(
      other.buckets[run.range], start: run.start, scale: Int(scale), isNegative: isNegative,
      to: target)
  }

  /// Adds zeros to a row. O(1).
  public mutating func add(zeros count: Int64, to row: Int) {
    zeros[row] = zeros[row].addingSaturating(count)
  }

  /// Adds the values of buckets to a row. O(buckets).
  ///
  /// - Parameters:
  ///   - counts: values in the bucket `start` of `scale` and in those that follow, none negative.
  ///   - isNegative: the values are.
  public mutating func add<Counts: RandomAccessCollection>(
    _ counts: Counts, start: Int32, scale: Int, isNegative: Bool, to row: Int
  ) where Counts.Element: FixedWidthInteger, Counts.Index == Int {
    guard let first = counts.firstIndex(where: { $0 != 0 }),
      let last = counts.lastIndex(where: { $0 != 0 })
    else { return }
    let start = start + Int32(first - counts.startIndex)
    let end = start + Int32(last - first)
    let shift = coarsen(row, for: start...end, scale: scale, isNegative)
    let run = widen(
      isNegative ? negatives[row] : positives[row], for: start >> shift...end >> shift)
    if isNegative { negatives[row] = run } else { positives[row] = run }
    var bucket = start
    for index in first...last {
      let place = run.offset + Int(bucket >> shift - run.start)
      buckets[place] = buckets[place].addingSaturating(Int64(clamping: counts[index]))
      bucket += 1
    }
  }

  /// Makes a row as coarse as it must be to take more buckets.
  ///
  /// - Returns: how many scales coarser than `scale` the row is then.
  private mutating func coarsen(
    _ row: Int, for added: ClosedRange<Int32>, scale: Int, _ isNegative: Bool
  ) -> Int32 {
    let common = min(scale, Int(scales[row]))
    let own = Int32(Int(scales[row]) - common)
    let theirs = Int32(scale - common)
    var (first, last) = (added.lowerBound >> theirs, added.upperBound >> theirs)
    let run = isNegative ? negatives[row] : positives[row]
    if !run.isEmpty {
      first = min(first, run.start >> own)
      last = max(last, run.last >> own)
    }
    // The other sign has as many buckets as are allowed already, and gets no more.
    let steps = Int32(HistogramScale.stepsNeeded(first, last))
    if own + steps > 0 {
      scales[row] = Int8(common - Int(steps))
      positives[row] = coarser(positives[row], by: own + steps)
      negatives[row] = coarser(negatives[row], by: own + steps)
    }
    return theirs + steps
  }

  /// Adds buckets up, where they lie.
  private mutating func coarser(_ run: Run, by steps: Int32) -> Run {
    guard !run.isEmpty else { return run }
    var coarser = run
    coarser.start = run.start >> steps
    coarser.count = run.last >> steps - coarser.start + 1
    var latest = -1
    for (bucket, place) in zip(run.start..., run.range) {
      let target = run.offset + Int(bucket >> steps - coarser.start)
      // The first of several overwrites what lay there, which has been read.
      buckets[target] =
        target == latest ? buckets[target].addingSaturating(buckets[place]) : buckets[place]
      latest = target
    }
    return coarser
  }

  /// A run that has these buckets as well; the new ones are 0.
  private mutating func widen(_ run: Run, for added: ClosedRange<Int32>) -> Run {
    var wider = run
    wider.start = run.isEmpty ? added.lowerBound : min(run.start, added.lowerBound)
    wider.count = max(run.isEmpty ? added.upperBound : run.last, added.upperBound) - wider.start + 1
    if wider.count > run.room {
      wider.offset = buckets.count
      wider.room = min(Int32(HistogramScale.bucketsMax), max(wider.count, 2 * run.room))
      buckets += repeatElement(0, count: Int(wider.room))
    }
    let shift = run.isEmpty ? 0 : Int(run.start - wider.start)
    for index in stride(from: Int(run.count) - 1, through: 0, by: -1) {
      buckets[wider.offset + shift + index] = buckets[run.offset + index]
    }
    for place in wider.offset..<wider.offset + shift { buckets[place] = 0 }
    for place in wider.offset + shift + Int(run.count)..<wider.range.upperBound {
      buckets[place] = 0
    }
    return wider
  }
}
