// SPDX-License-Identifier: Apache-2.0

extension ShardCore {
  /// The statistics of the chosen series as of `now`. O(1) a name when only names choose and no
  /// series has labels; otherwise O(series), with tens of combines for each that is chosen. Where
  /// only some names can be chosen, or only series with certain labels, of others only the table is
  /// looked at.
  ///
  /// Mutating, because super-slices are computed when first read.
  public mutating func report(_ request: ReportRequest, now: Int64) -> PartialReport {
    advance(to: now)
    var report = PartialReport()
    if request.wantsHistograms { report.keepHistograms() }
    guard let range = geometry.slices(of: request, window, now: clock) else { return report }
    if !request.selection.namesOnly.isEmpty && seriesLabelled == 0 {
      reportNames(request.selection, range, to: &report)
    } else {
      scan(request.selection, range, to: &report)
    }
    return report
  }

  private mutating func reportNames(
    _ selection: SeriesSelection, _ range: ClosedRange<Int64>, to report: inout PartialReport
  ) {
    for name in selection.namesOnly {
      guard let header = unsafe find(name) else { continue }
      unsafe append(Series(header), hash: name.hash, range, to: &report)
    }
  }

  private mutating func scan(
    _ selection: SeriesSelection, _ range: ClosedRange<Int64>, to report: inout PartialReport
  ) {
    var group: [Int] = []
    group.reserveCapacity(ShardLimits.lookaheadSeries)
    let matcher = selection.isEverything ? nil : selection.makeMatcher()
    if matcher == nil {
      report.reserve(
        rows: table.count, nameBytes: 32 * table.count, histogramBytes: histogramBytesBefore)
    }
    let (hashes, marks) = (selection.nameHashes, selection.labelMarks)
    for position in 0..<table.capacity {
      if let marks, !marks.mayChoose(table.labelMarks(position)) { continue }
      let slot = unsafe table.slot(position)
      guard unsafe slot.header != nil, unsafe hashes?.mayName(slot.hash) ?? true else { continue }
      group.append(position)
      if group.count == ShardLimits.lookaheadSeries {
        append(group, chosenBy: matcher, range, to: &report)
        group.removeAll(keepingCapacity: true)
      }
    }
    append(group, chosenBy: matcher, range, to: &report)
    if matcher == nil, let histograms = report.histograms {
      histogramBytesBefore = histograms.countBytes
    }
  }

  /// Appends those of the series in these slots that are chosen, nil: all.
  private mutating func append(
    _ slots: [Int], chosenBy matcher: SelectionMatcher?, _ range: ClosedRange<Int64>,
    to report: inout PartialReport
  ) {
    for slot in slots { touched &+= unsafe series(slot).touch() }
    guard let matcher else { return append(slots, range, to: &report) }
    append(
      slots.filter { unsafe matcher.matches(series($0).name) }, range, to: &report)
  }

  /// Appends the series in these slots, in passes, so that their cache misses overlap.
  private mutating func append(
    _ slots: [Int], _ range: ClosedRange<Int64>, to report: inout PartialReport
  ) {
    // What the header leads to, then what that leads to.
    let groups = report.histograms == nil ? nil : groups(range)
    for slot in slots {
      touched &+= unsafe series(slot).touchStorage(geometry)
      if let groups { touched &+= unsafe series(slot).touchHistograms(groups, geometry) }
    }
    for slot in slots {
      touched &+= unsafe series(slot).touchEdges(range, geometry)
      if let groups { touched &+= unsafe series(slot).touchRecords(groups, geometry) }
    }
    for slot in slots {
      unsafe append(series(slot), hash: table.slot(slot).hash, range, to: &report)
    }
  }

  private func groups(_ slices: ClosedRange<Int64>) -> ClosedRange<Int64> {
    geometry.group(slices.lowerBound)...geometry.group(slices.upperBound)
  }

  private func series(_ slot: Int) -> Series {
    guard let header = unsafe table.slot(slot).header else { fatalError("slot is empty") }
    return unsafe Series(header)
  }

  private mutating func append(
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
    unsafe report.appendWithoutHistogram(name: series.name, hash: hash, summary)
    guard report.histograms != nil else { return }
    unsafe series.appendHistogram(
      groups(range), geometry, to: &report.histograms!, &histogramSum)
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
  /// Takes over what a series has seen. A latest value that is not before `end` lies behind the
  /// span of the report, whose own latest is not known.
  fileprivate mutating func take(_ sightings: Sightings, before end: Int64) {
    firstSeen = sightings.firstSeen
    kind = sightings.kind
    guard sightings.lastSeen < end else { return }
    last = sightings.last
    lastSeen = sightings.lastSeen
  }
}
