// SPDX-License-Identifier: Apache-2.0

// Column by column: a row costs no call, and a column's loop touches nothing else.
extension PartialReport {
  /// Adds rows of another report. The caller knows that the series have none yet. O(bytes): names
  /// that lie behind one another are copied together.
  public mutating func append(rows: [UInt32], of other: PartialReport) {
    if let theirs = other.histograms {
      keepHistograms()
      histograms?.append(rows: rows, of: theirs)
    } else {
      histograms?.append(emptyRows: rows.count)
    }
    appendNames(rows, of: other)
    hashes.append(contentsOf: rows.lazy.map { other.hashes[Int($0)] })
    counts.append(contentsOf: rows.lazy.map { other.counts[Int($0)] })
    sums.append(contentsOf: rows.lazy.map { other.sums[Int($0)] })
    minima.append(contentsOf: rows.lazy.map { other.minima[Int($0)] })
    maxima.append(contentsOf: rows.lazy.map { other.maxima[Int($0)] })
    positiveInfinities.append(contentsOf: rows.lazy.map { other.positiveInfinities[Int($0)] })
    negativeInfinities.append(contentsOf: rows.lazy.map { other.negativeInfinities[Int($0)] })
    squares.append(contentsOf: rows.lazy.map { other.squares[Int($0)] })
    last.append(contentsOf: rows.lazy.map { other.last[Int($0)] })
    lastSeen.append(contentsOf: rows.lazy.map { other.lastSeen[Int($0)] })
    firstSeen.append(contentsOf: rows.lazy.map { other.firstSeen[Int($0)] })
    kinds.append(contentsOf: rows.lazy.map { other.kinds[Int($0)] })
  }

  private mutating func appendNames(_ rows: [UInt32], of other: PartialReport) {
    nameEnds.reserveCapacity(nameEnds.count + rows.count)
    var run = 0..<0
    for row in rows {
      let name = other.nameRange(Int(row))
      if name.lowerBound == run.upperBound {
        run = run.lowerBound..<name.upperBound
      } else {
        nameBytes += other.nameBytes[run]
        run = name
      }
      nameEnds.append(nameBytes.count + run.count)
    }
    nameBytes += other.nameBytes[run]
  }

  /// Adds up rows of another report with rows that are here, in order; a row may be added to more
  /// than once. O(rows).
  ///
  /// - Parameter compensations: what the sums lack, as long as the report.
  public mutating func fold(
    _ rows: [UInt32], of other: PartialReport, into targets: [UInt32],
    _ compensations: inout [Double]
  ) {
    // Means are of the sums and counts before: a row's squares, count and sum change together.
    for (row, target) in zip(rows, targets) {
      let (row, target) = (Int(row), Int(target))
      squares[target] = SeriesSummary.squares(
        (counts[target], sums[target] + compensations[target], squares[target]),
        (other.counts[row], other.sums[row], other.squares[row]))
      counts[target] = counts[target].addingSaturating(other.counts[row])
      var sum = CompensatedSum(sums[target], compensation: compensations[target])
      sum.add(other.sums[row])
      sums[target] = sum.sum
      compensations[target] = sum.compensation
    }
    for (row, target) in zip(rows, targets) {
      minima[Int(target)] = min(minima[Int(target)], other.minima[Int(row)])
      maxima[Int(target)] = max(maxima[Int(target)], other.maxima[Int(row)])
    }
    Self.add(other.positiveInfinities, rows, targets, to: &positiveInfinities)
    Self.add(other.negativeInfinities, rows, targets, to: &negativeInfinities)
    foldTimes(rows, of: other, into: targets)
    if let theirs = other.histograms {
      keepHistograms()
      histograms?.fold(rows, of: theirs, into: targets)
    }
  }

  private mutating func foldTimes(
    _ rows: [UInt32], of other: PartialReport, into targets: [UInt32]
  ) {
    for (row, target) in zip(rows, targets) {
      let (row, target) = (Int(row), Int(target))
      (last[target], lastSeen[target]) = SeriesSummary.latest(
        (last[target], lastSeen[target]), (other.last[row], other.lastSeen[row]))
      firstSeen[target] = min(firstSeen[target], other.firstSeen[row])
      kinds[target] = max(kinds[target], other.kinds[row])
    }
  }

  /// Adds counts, none of which is negative; what is too large for 63 bits stays there.
  private static func add(
    _ other: [Int64], _ rows: [UInt32], _ targets: [UInt32], to column: inout [Int64]
  ) {
    for (row, target) in zip(rows, targets) {
      column[Int(target)] = column[Int(target)].addingSaturating(other[Int(row)])
    }
  }
}
