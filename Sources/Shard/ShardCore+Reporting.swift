// SPDX-License-Identifier: Apache-2.0

extension ShardCore {
  /// The statistics of the chosen series as of `now`. O(1) a name when only names choose and no
  /// series has labels; otherwise O(series), with tens of combines for each that is chosen. Where
  /// only some names can be chosen, of others only the table is looked at.
  ///
  /// Mutating, because super-slices are computed when first read.
  public mutating func report(_ request: ReportRequest, now: Int64) -> PartialReport {
    advance(to: now)
    let span = min(request.windowSeconds ?? .max, geometry.shape.windowSeconds)
    let first = max(window.first, geometry.firstLive(now: clock, windowSeconds: span))
    if !request.selection.namesOnly.isEmpty && seriesLabelled == 0 {
      return reportNames(request.selection, first: first)
    }
    return scan(request.selection, first: first)
  }

  private func reportNames(_ selection: SeriesSelection, first: Int64) -> PartialReport {
    var report = PartialReport()
    for name in selection.namesOnly {
      guard let header = unsafe find(name) else { continue }
      unsafe append(Series(header), hash: name.hash, first: first, to: &report)
    }
    return report
  }

  private mutating func scan(_ selection: SeriesSelection, first: Int64) -> PartialReport {
    var report = PartialReport()
    var group: [Int] = []
    group.reserveCapacity(ShardLimits.lookaheadSeries)
    let matcher = selection.isEverything ? nil : selection.makeMatcher()
    if matcher == nil { report.reserve(rows: table.count, nameBytes: 32 * table.count) }
    let hashes = selection.nameHashes
    for position in 0..<table.capacity {
      let slot = unsafe table.slot(position)
      guard unsafe slot.header != nil, unsafe hashes?.mayName(slot.hash) ?? true else { continue }
      group.append(position)
      if group.count == ShardLimits.lookaheadSeries {
        append(group, chosenBy: matcher, first: first, to: &report)
        group.removeAll(keepingCapacity: true)
      }
    }
    append(group, chosenBy: matcher, first: first, to: &report)
    return report
  }

  /// Appends those of the series in these slots that are chosen, nil: all.
  private mutating func append(
    _ slots: [Int], chosenBy matcher: SelectionMatcher?, first: Int64,
    to report: inout PartialReport
  ) {
    for slot in slots { touched &+= unsafe series(slot).touch() }
    guard let matcher else { return append(slots, first: first, to: &report) }
    append(
      slots.filter { unsafe matcher.matches(series($0).name) }, first: first, to: &report)
  }

  /// Appends the series in these slots, in passes, so that their cache misses overlap.
  private mutating func append(_ slots: [Int], first: Int64, to report: inout PartialReport) {
    for slot in slots { touched &+= unsafe series(slot).touchStorage(geometry) }
    for slot in slots { touched &+= unsafe series(slot).touchEdges(from: first, geometry) }
    for slot in slots {
      unsafe append(series(slot), hash: table.slot(slot).hash, first: first, to: &report)
    }
  }

  private func series(_ slot: Int) -> Series {
    guard let header = unsafe table.slot(slot).header else { fatalError("slot is empty") }
    return unsafe Series(header)
  }

  private func append(
    _ series: Series, hash: UInt64, first: Int64, to report: inout PartialReport
  ) {
    guard unsafe series.header.pointee.newestIndex >= first else { return }
    let tally = unsafe series.tally(from: first, window)
    let infinities = unsafe series.infinities(from: first)
    let summary = SeriesSummary(
      count: tally.count, sum: tally.sum.total, min: tally.min, max: tally.max,
      positiveInfinities: infinities.positive, negativeInfinities: infinities.negative)
    if !summary.isEmpty { unsafe report.append(name: series.name, hash: hash, summary) }
  }

  private func find(
    _ name: SeriesSelection.ExactName
  ) -> UnsafeMutablePointer<Series.Header>? {
    unsafe name.words.withUnsafeBytes { words in
      guard let start = words.baseAddress else { return nil }
      return unsafe table.find(hash: name.hash, name: start, length: name.length)
    }
  }
}
