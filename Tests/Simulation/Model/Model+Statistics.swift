// SPDX-License-Identifier: Apache-2.0
import Shard

/// What a report says of a series besides count, sum and extremes, which tell the series' points:
/// all of it must be of these points.
extension Model {
  /// A row of a report whose sum is that of points of the series.
  struct Row {
    let report: PartialReport
    let number: Int
    let series: Int
    /// The points, as bits.
    let mask: UInt64
    let terms: ReportTerms

    var summary: SeriesSummary { report[number] }
  }

  /// Squares may be off by so much of themselves.
  ///
  /// Sums are below 2^53, so they are exact. When two parts meet, one of which may be a value, the
  /// distance of their means is off by 2^-51 of the greatest value at most, and its square weighs
  /// 13 at most; the squares of two or more different powers of two are a ninth of the greatest
  /// one's at least. So each of at most 128 meetings is off by less than 2^-43 of all squares.
  private static let squaresError = 0x1p-36

  func checkStatistics(_ row: Row) {
    let fault =
      squaresFault(row) ?? sightingsFault(row) ?? histogramFault(row) ?? kindFault(row)
    guard let fault else { return }
    world.broken(.statistics, "series \(row.series) \(row.terms): \(fault); \(row.summary)")
  }

  // MARK: Variance

  private func squaresFault(_ row: Row) -> String? {
    let count = UInt128(row.mask.nonzeroBitCount)
    var ofEach: UInt128 = 0
    var rest = row.mask
    while rest != 0 {
      ofEach += 1 << UInt128(2 * rest.trailingZeroBitCount)
      rest &= rest - 1
    }
    let exact = Double(count * ofEach - UInt128(row.mask) * UInt128(row.mask)) / Double(count)
    let isNear = abs(row.summary.squares - exact) <= exact * Model.squaresError
    return isNear ? nil : "its squares are \(exact)"
  }

  // MARK: First and last seen

  /// A point as a shard took it; one that died and came again has been taken more than once.
  private struct Sighting {
    let value: Double
    let applications: [Application]

    var earliest: Int64 { applications.reduce(.max) { min($0, $1.time) } }
    var latest: Int64 { applications.reduce(.min) { max($0, $1.time) } }
    func came(at time: Int64) -> Bool { applications.contains { $0.time == time } }
  }

  private func sightings(_ numbers: [PointNumber]) -> [Sighting] {
    numbers.map { Sighting(value: value(of: $0), applications: points[$0]?.applications ?? []) }
  }

  private func sightingsFault(_ row: Row) -> String? {
    let counted = sightings(numbers(row.series, row.mask))
    if let fault = firstFault(row, counted) { return fault }
    if row.summary.lastSeen == SeriesSummary.neverSeen { return unknownLastFault(row) }
    guard let fault = lastFault(row.summary, counted) else { return nil }
    return wasSetBack(row.series) ? lastFaultSetBack(row) : fault
  }

  /// It is the earliest of its points, or earlier, and then of one that the windows lost since.
  private func firstFault(_ row: Row, _ counted: [Sighting]) -> String? {
    let first = row.summary.firstSeen
    let earliest = counted.reduce(.max) { min($0, $1.latest) }
    if first > earliest { return "it was seen at \(earliest) first" }
    if counted.contains(where: { $0.came(at: first) }) { return nil }
    world.tallies[.firstsOlder] += 1
    return hasUnseen(row) { times($0).contains(first) }
      ? nil : "none of its points came at \(first)"
  }

  /// Only when a part of the series goes on behind the span, or has forgotten, is the latest value
  /// not known.
  private func unknownLastFault(_ row: Row) -> String? {
    world.tallies[.lastsUnknown] += 1
    let goesOn = hasUnseen(row) { times($0).contains { row.terms.ends(before: $0) } }
    return goesOn || wasSetBack(row.series) ? nil : "its latest value is known"
  }

  /// Of its points one with the latest time; of several with that time on one shard the one that
  /// came last, of those of several shards the greatest.
  private func lastFault(_ summary: SeriesSummary, _ counted: [Sighting]) -> String? {
    let latest = counted.reduce(.min) { max($0, $1.earliest) }
    if summary.lastSeen < latest { return "it was seen at \(latest) last" }
    let found = counted.filter { $0.came(at: summary.lastSeen) }
    guard found.contains(where: { $0.value == summary.last }) else {
      return "its latest value is none that came then"
    }
    guard found.count > 1, found.allSatisfy({ $0.applications.count == 1 }) else { return nil }
    world.tallies[.lastsTied] += 1
    return latestValue(found) == summary.last ? nil : "its latest value came before others"
  }

  /// Of points of one time: of each shard's the one that came last, of these the greatest.
  private func latestValue(_ points: [Sighting]) -> Double? {
    let latest = points.filter { one in
      !points.contains {
        $0.applications[0].place == one.applications[0].place
          && $0.applications[0].number > one.applications[0].number
      }
    }
    return latest.map(\.value).max()
  }

  /// A shard whose clock was set back knows of no latest value but what came since.
  private func lastFaultSetBack(_ row: Row) -> String? {
    let isKnown = sightings(numbers(row.series, series[row.series].sent))
      .contains { $0.value == row.summary.last && $0.came(at: row.summary.lastSeen) }
    return isKnown ? nil : "its latest value is none that came then"
  }

  private func wasSetBack(_ index: Int) -> Bool {
    numbers(index, series[index].sent).contains { points[$0]?.isForgotten ?? false }
  }

  // MARK: Kind

  /// It is the greatest that its points came with, or that of one that the windows lost since.
  private func kindFault(_ row: Row) -> String? {
    let counted = numbers(row.series, row.mask).reduce(0) { max($0, kind(of: $1)) }
    if row.summary.kind == counted { return nil }
    let isKnown = hasUnseen(row) { row.summary.kind == max(counted, kind(of: $0)) }
    return isKnown ? nil : "its kind is \(counted)"
  }

  // MARK: What windows have lost

  private func hasUnseen(_ row: Row, where isMeant: (PointNumber) -> Bool) -> Bool {
    numbers(row.series, series[row.series].sent & ~row.mask)
      .contains { isMeant($0) && isUnseen($0, row.terms) }
  }

  private func times(_ point: PointNumber) -> [Int64] {
    points[point]?.applications.map(\.time) ?? []
  }

  /// Whether a shard may have had a point of the series without counting it in this report: it may
  /// still know when it came.
  func isUnseen(_ point: PointNumber, _ terms: ReportTerms) -> Bool {
    let truth = truth(point)
    // Askers' clocks move windows by no more than what clocks of one node may be apart.
    let latest =
      world.hosts.reduce(terms.asOf) { max($0, $1.wallMax) } + ShardLimits.clockSkewSeconds
    return truth.applications.contains {
      truth.isForgotten || !terms.covers($0.time) || terms.hasExpired($0.time, by: latest)
    }
  }
}
