// SPDX-License-Identifier: Apache-2.0

extension ShardCore {
  /// The statistics of the chosen series as of `now`. O(1) a name when only names choose;
  /// otherwise O(series), with tens of combines for each that is chosen.
  ///
  /// Mutating, because super-slices are computed when first read.
  public mutating func report(_ request: ReportRequest, now: Int64) -> PartialReport {
    advance(to: now)
    var report = PartialReport()
    if request.wantsHistograms { report.keepHistograms() }
    guard let range = geometry.slices(of: request, window, now: clock) else { return report }
    reportNames(request.selection, range, to: &report)
    if !request.selection.isNamesOnly { scan(request.selection, range, to: &report) }
    return report
  }

  private func reportNames(
    _ selection: SeriesSelection, _ range: ClosedRange<Int64>, to report: inout PartialReport
  ) {
    for name in selection.names {
      guard let header = unsafe find(name) else { continue }
      unsafe append(Series(header), hash: name.hash, range, to: &report)
    }
  }

  /// The patterns over all, except what the names chose.
  private mutating func scan(
    _ selection: SeriesSelection, _ range: ClosedRange<Int64>, to report: inout PartialReport
  ) {
    let everything = selection.isEverything
    if everything { report.reserve(rows: table.count, nameBytes: 32 * table.count) }
    let named = unsafe Set(selection.names.compactMap { unsafe find($0) })
    let filter = NameFilter(selection.nameHashes)
    var group: [Int] = []
    group.reserveCapacity(ShardLimits.lookaheadSeries)
    for position in 0..<table.capacity {
      let slot = unsafe table.slot(position)
      guard unsafe filter.mayChoose(slot.hash), let header = unsafe slot.header else { continue }
      guard unsafe everything || selection.matchesPattern(Series(header).name),
        unsafe !named.contains(header)
      else { continue }
      group.append(position)
      if group.count == ShardLimits.lookaheadSeries {
        append(group, range, to: &report)
        group.removeAll(keepingCapacity: true)
      }
    }
    append(group, range, to: &report)
  }

  /// Appends the series in these slots, in passes, so that their cache misses overlap.
  private mutating func append(
    _ slots: [Int], _ range: ClosedRange<Int64>, to report: inout PartialReport
  ) {
    for slot in slots { touched &+= unsafe series(slot).touch() }
    for slot in slots { touched &+= unsafe series(slot).touchStorage(geometry) }
    for slot in slots { touched &+= unsafe series(slot).touchEdges(range, geometry) }
    for slot in slots {
      unsafe append(series(slot), hash: table.slot(slot).hash, range, to: &report)
    }
  }

  private func series(_ slot: Int) -> Series {
    guard let header = unsafe table.slot(slot).header else { fatalError("slot is empty") }
    return unsafe Series(header)
  }

  private func append(
    _ series: Series, hash: UInt64, _ range: ClosedRange<Int64>, to report: inout PartialReport
  ) {
    guard unsafe series.header.pointee.newestIndex >= range.lowerBound else { return }
    let tally = unsafe series.tally(range, window)
    let infinities = unsafe series.infinities(range)
    var summary = SeriesSummary(
      count: tally.count, sum: tally.sum.total, min: tally.min, max: tally.max,
      positiveInfinities: infinities.positive, negativeInfinities: infinities.negative,
      squares: tally.squares)
    guard !summary.isEmpty else { return }
    summary.take(
      unsafe series.header.pointee.sightings, before: geometry.start(range.upperBound + 1))
    unsafe report.append(name: series.name, hash: hash, summary)
    if report.histograms != nil {
      let groups = geometry.group(range.lowerBound)...geometry.group(range.upperBound)
      unsafe series.addHistograms(groups, geometry, toLastRowOf: &report)
    }
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

extension SeriesSummary {
  /// Takes over what a series has seen. A latest value that is not before `end` lies behind the span
  /// of the report, whose own latest is not known.
  fileprivate mutating func take(_ sightings: Sightings, before end: Int64) {
    firstSeen = sightings.firstSeen
    kind = sightings.kind
    guard sightings.lastSeen < end else { return }
    last = sightings.last
    lastSeen = sightings.lastSeen
  }
}
