// SPDX-License-Identifier: Apache-2.0

extension ShardCore {
  /// Adds slices that another shard of the same shape exported: counts, extremes, infinities and
  /// histograms exactly, sums to the last bit but one. O(slices).
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
        unsafe foldRest(of: series, batch, into: Series(header))
      } else {
        outcome.slicesOverLimit += live.count
        outcome.leave(live, ofSeries: series, of: batch, withHistograms: true)
      }
    }
    outcome.slicesRefused += refused.count
    outcome.leave(refused, ofSeries: series, of: batch)
  }

  /// What is not in slices. Histograms of groups without live slices are dropped.
  private mutating func foldRest(of number: Int, _ batch: SliceBatch, into series: Series) {
    guard unsafe !series.isEmpty(window) else { return }
    let live = geometry.group(window.first)...geometry.group(window.last)
    for place in batch.histogramRange(number) where batch.histogramStarts[place] >= 0 {
      let group = geometry.group(geometry.slice(batch.histogramStarts[place]))
      guard live.contains(group) else { continue }
      unsafe series.fold(batch.histograms[place], group: group, window, heap: &heap)
    }
    var sightings = batch.sightings[number]
    // Not of points that lie further ahead than this shard takes them.
    if sightings.lastSeen >= geometry.start(window.last + 1) { sightings.forgetLast() }
    unsafe series.header.pointee.sightings.add(sightings)
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
  fileprivate mutating func leave(
    _ slices: [Int], ofSeries series: Int, of batch: SliceBatch, withHistograms: Bool = false
  ) {
    guard !slices.isEmpty else { return }
    let none = batch.sliceRange(series).prefix(0)
    left.append(
      series: series, of: batch, slices: none,
      histograms: withHistograms ? batch.histogramRange(series) : 0..<0)
    for slice in slices { left.appendSlice(start: batch.starts[slice], batch.statistics[slice]) }
  }
}
