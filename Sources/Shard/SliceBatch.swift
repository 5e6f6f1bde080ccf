// SPDX-License-Identifier: Apache-2.0

/// Slices of many series on their way from one shard to another: columns, series first, then the
/// slices and the histograms of each, oldest first.
///
/// A series may come in several batches, and several times in one: folding adds up.
public struct SliceBatch: Sendable, Hashable {
  /// The names, one behind the other.
  public private(set) var nameBytes: [UInt8] = []
  /// Where each name ends in `nameBytes`; the next begins there.
  public private(set) var nameEnds: [Int] = []
  /// The names' hashes, as points bring them.
  public private(set) var hashes: [UInt64] = []
  /// Where the slices of each series end; those of the next begin there.
  public private(set) var sliceEnds: [Int] = []
  /// What is known of each series besides its slices.
  public private(set) var sightings: [Sightings] = []
  /// Where the histograms of each series end; those of the next begin there.
  public private(set) var histogramEnds: [Int] = []
  /// First second of the slices that each histogram is of, Unix seconds.
  public private(set) var histogramStarts: [Int64] = []
  /// The histograms: each of the values of a run of slices, see ``ReportSpan``.
  public private(set) var histograms: [Histogram] = []
  /// First second of each slice, Unix seconds.
  public private(set) var starts: [Int64] = []
  /// Statistics of each slice.
  public private(set) var statistics: [SeriesSummary] = []

  /// No slices.
  public init() {}

  /// Series in the batch.
  public var series: Int { hashes.count }

  /// Slices in the batch.
  public var slices: Int { starts.count }

  /// Nothing is in it.
  public var isEmpty: Bool { hashes.isEmpty }

  /// Points that the slices are of. O(slices).
  public var points: Int64 { statistics.reduce(0) { $0 + $1.points } }

  /// Where the name of a series lies in ``nameBytes``.
  public func nameRange(_ series: Int) -> Range<Int> {
    (series == 0 ? 0 : nameEnds[series - 1])..<nameEnds[series]
  }

  /// The name of a series. Allocates; for people and tests.
  public func name(_ series: Int) -> String {
    String(decoding: nameBytes[nameRange(series)], as: UTF8.self)
  }

  /// Which slices are of a series.
  public func sliceRange(_ series: Int) -> Range<Int> {
    (series == 0 ? 0 : sliceEnds[series - 1])..<sliceEnds[series]
  }

  /// Which histograms are of a series.
  public func histogramRange(_ series: Int) -> Range<Int> {
    (series == 0 ? 0 : histogramEnds[series - 1])..<histogramEnds[series]
  }

  /// Adds a series, without slices and histograms yet.
  ///
  /// - Precondition: the name has 1 to ``ShardLimits/keyBytesMax`` bytes.
  public mutating func appendSeries(
    name: some Collection<UInt8>, hash: UInt64, _ sightings: Sightings = Sightings()
  ) {
    nameBytes.append(contentsOf: name)
    let length = nameBytes.count - (nameEnds.last ?? 0)
    precondition((1...ShardLimits.keyBytesMax).contains(length), "name length out of range")
    nameEnds.append(nameBytes.count)
    hashes.append(hash)
    sliceEnds.append(starts.count)
    self.sightings.append(sightings)
    histogramEnds.append(histograms.count)
  }

  /// Adds a slice to the latest series.
  ///
  /// - Precondition: there is a series.
  public mutating func appendSlice(start: Int64, _ slice: SeriesSummary) {
    starts.append(start)
    statistics.append(slice)
    sliceEnds[sliceEnds.count - 1] = starts.count
  }

  /// Adds a histogram to the latest series.
  ///
  /// - Parameter start: the first second of the slices that it is of, Unix seconds.
  /// - Precondition: there is a series.
  public mutating func appendHistogram(start: Int64, _ histogram: Histogram) {
    histogramStarts.append(start)
    histograms.append(histogram)
    histogramEnds[histogramEnds.count - 1] = histograms.count
  }

  /// Adds a series of another batch with all that is of it. O(name + slices + histograms).
  public mutating func append(series: Int, of other: SliceBatch) {
    append(
      series: series, of: other, slices: other.sliceRange(series),
      histograms: other.histogramRange(series))
  }

  /// Adds a series of another batch with some of its slices and histograms. O(name + slices +
  /// histograms).
  ///
  /// - Precondition: `slices` lies within the series' ``sliceRange(_:)``, and `histograms` within
  ///   its ``histogramRange(_:)``.
  public mutating func append(
    series: Int, of other: SliceBatch, slices: Range<Int>, histograms: Range<Int>
  ) {
    appendSeries(
      name: other.nameBytes[other.nameRange(series)], hash: other.hashes[series],
      other.sightings[series])
    starts += other.starts[slices]
    statistics += other.statistics[slices]
    sliceEnds[sliceEnds.count - 1] = starts.count
    histogramStarts += other.histogramStarts[histograms]
    self.histograms += other.histograms[histograms]
    histogramEnds[histogramEnds.count - 1] = self.histograms.count
  }
}

extension SeriesSummary {
  /// Values of all kinds.
  @inlinable
  public var points: Int64 { count + positiveInfinities + negativeInfinities }
}

/// How far an export has come. Stays good whatever becomes of the series in between.
public struct SliceCursor: Sendable, Hashable {
  /// Series whose remixed hash is smaller have been seen.
  let remixed: UInt64

  /// Nothing has been seen yet.
  public static let start = SliceCursor(remixed: 0)
}

/// What became of slices that were folded in.
public struct FoldOutcome: Sendable, Hashable {
  /// Slices that are in the windows now.
  public internal(set) var slicesTaken = 0
  /// Slices that had expired, and their points: in no report any more.
  public internal(set) var slicesExpired = 0
  /// Points of the expired slices.
  public internal(set) var pointsExpired: Int64 = 0
  /// Of those left: their series were new, and the node is full.
  public internal(set) var slicesOverLimit = 0
  /// Of those left: further ahead than this shard's clock takes points, or more points than a
  /// slice counts.
  public internal(set) var slicesRefused = 0
  /// What was not taken and has not expired; histograms with the series of which nothing was.
  public internal(set) var left = SliceBatch()
}
