// SPDX-License-Identifier: Apache-2.0

extension ShardCore {
  /// Adds slices that another shard of the same resolution exported: counts, extremes and
  /// infinities exactly, sums to the last bit but one. O(slices).
  ///
  /// What has expired is dropped and counted. What cannot be taken, because its series is new and
  /// the budget is used up or because it lies too far ahead, comes back in ``FoldOutcome/left``.
  public mutating func fold(_ batch: SliceBatch, now: Int64) -> FoldOutcome {
    advance(to: now)
    var outcome = FoldOutcome()
    for series in 0..<batch.series { fold(series, of: batch, &outcome) }
    sweepOn()
    return outcome
  }

  private mutating func fold(_ series: Int, of batch: SliceBatch, _ outcome: inout FoldOutcome) {
    var refused: [Int] = []
    var live: [Int] = []
    for slice in batch.sliceRange(series) {
      switch liveness(of: batch.starts[slice]) {
      case .expired:
        outcome.slicesExpired += 1
        outcome.pointsExpired += batch.statistics[slice].points
      case .live: live.append(slice)
      case .ahead: refused.append(slice)
      }
    }
    if !live.isEmpty {
      if let header = unsafe findOrCreate(series, of: batch) {
        for slice in live {
          let index = geometry.slice(batch.starts[slice])
          if unsafe Series(header).fold(
            batch.statistics[slice], slice: index, window, heap: &heap)
          {
            outcome.slicesTaken += 1
          } else {
            refused.append(slice)
          }
        }
      } else {
        outcome.slicesOverLimit += live.count
        outcome.leave(live, ofSeries: series, of: batch)
      }
    }
    outcome.slicesRefused += refused.count
    outcome.leave(refused, ofSeries: series, of: batch)
  }

  private enum Liveness {
    case expired
    case live
    case ahead
  }

  private func liveness(of start: Int64) -> Liveness {
    guard start >= 0 else { return .expired }
    let index = geometry.slice(start)
    if index < window.first { return .expired }
    return index > window.last ? .ahead : .live
  }

  /// The record of a series of the batch; nil: it is new, and there is no room.
  private mutating func findOrCreate(
    _ series: Int, of batch: SliceBatch
  ) -> UnsafeMutablePointer<Series.Header>? {
    let range = batch.nameRange(series)
    // Padded with zeros, as names are kept.
    var words = [UInt64](repeating: 0, count: (range.count + 7) / 8)
    return unsafe words.withUnsafeMutableBytes { name in
      unsafe name.copyBytes(from: batch.nameBytes[range])
      guard let start = UnsafeRawPointer(name.baseAddress) else { return nil }
      return unsafe findOrCreate(batch.hashes[series], start, range.count)
    }
  }
}

extension FoldOutcome {
  fileprivate mutating func leave(_ slices: [Int], ofSeries series: Int, of batch: SliceBatch) {
    guard !slices.isEmpty else { return }
    left.appendSeries(name: batch.nameBytes[batch.nameRange(series)], hash: batch.hashes[series])
    for slice in slices { left.appendSlice(start: batch.starts[slice], batch.statistics[slice]) }
  }
}
