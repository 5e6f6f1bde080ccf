// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf
public import Shard

/// Reads what ``SliceParts`` writes, from a peer that may be wrong in every way.
public struct SlicePartReader: Sendable {
  private let resolutionSeconds: Int64
  /// What all parts have in common, once the first was read.
  public private(set) var heading: HandOverHeading?

  /// Nothing read yet.
  ///
  /// - Parameter resolutionSeconds: of this node's windows; slices begin at multiples of it.
  public init(resolutionSeconds: Int64) { self.resolutionSeconds = resolutionSeconds }

  /// Reads the next part, a serialized `telemetry.peer.v1.SlicePart`. O(bytes).
  ///
  /// - Throws: ``SliceFault``; nothing of the part is to be taken then.
  public mutating func received(_ bytes: [UInt8]) throws(SliceFault) -> SliceBatch {
    guard bytes.count <= RouterLimits.slicePartBytesMax else { throw .tooLarge(bytes: bytes.count) }
    let part: SlicePart
    do {
      part = try SlicePart(decoding: bytes)
    } catch {
      throw .malformed(error)
    }
    guard let origin: NodeIdentity = part.origin.flatMap({ NodeIdentity($0) }), part.attempt > 0
    else { throw .headingInvalid }
    let includes = part.includes.compactMap { NodeIdentity($0) }
    guard includes.count == part.includes.count, includes.count <= RouterLimits.includedMax else {
      throw .headingInvalid
    }
    let read = HandOverHeading(
      cluster: part.cluster, origin: origin, attempt: part.attempt, includes: includes)
    guard heading == nil || heading == read else { throw .headingDiffers }
    heading = read
    guard let columns = part.columns else { return SliceBatch() }
    return try batch(columns)
  }

  private func batch(_ columns: SliceColumns) throws(SliceFault) -> SliceBatch {
    let rows = columns.starts.count
    guard
      columns.nameLengths.count == columns.slices.count, columns.counts.count == rows,
      columns.sums.count == rows, columns.minima.count == rows, columns.maxima.count == rows,
      columns.positiveInfinities.isEmpty || columns.positiveInfinities.count == rows,
      columns.negativeInfinities.isEmpty || columns.negativeInfinities.count == rows,
      columns.squares.isEmpty || columns.squares.count == rows
    else { throw .columnsDiffer }
    var rest = try SeriesRest(columns)
    var batch = SliceBatch()
    var name = 0..<0
    var slices = 0..<0
    for series in columns.slices.indices {
      name = name.upperBound..<(name.upperBound + Int(columns.nameLengths[series]))
      slices = slices.upperBound..<(slices.upperBound + Int(columns.slices[series]))
      guard name.upperBound <= columns.names.count, slices.upperBound <= rows else {
        throw .columnsDiffer
      }
      try appendName(name, of: columns.names, rest.seen[series], to: &batch)
      try appendSlices(slices, of: columns, to: &batch)
      try appendHistograms(series, of: columns, &rest, to: &batch)
    }
    guard rest.histogram == columns.histogramStarts.count else { throw .columnsDiffer }
    guard name.upperBound == columns.names.count, slices.upperBound == rows else {
      throw .columnsDiffer
    }
    return batch
  }

  private func appendName(
    _ range: Range<Int>, of names: [UInt8], _ sightings: Sightings, to batch: inout SliceBatch
  ) throws(SliceFault) {
    let bytes = unsafe names.span.bytes
    guard SeriesKey.fault(bytes, range) == nil else { throw .nameInvalid }
    batch.appendSeries(name: names[range], hash: SeriesKey.hash(bytes, range), sightings)
  }

  private func appendHistograms(
    _ series: Int, of columns: SliceColumns, _ rest: inout SeriesRest, to batch: inout SliceBatch
  ) throws(SliceFault) {
    guard rest.histograms.count > 0 else { return }
    let end = rest.histogram + Int(columns.histogramLengths[series])
    guard end <= rest.histograms.count else { throw .columnsDiffer }
    var before: Int64 = -1
    for row in rest.histogram..<end {
      let start = columns.histogramStarts[row]
      guard start > before, start <= ShardLimits.clockSecondsMax, start % resolutionSeconds == 0
      else { throw .startInvalid(start) }
      before = start
      batch.appendHistogram(start: start, rest.histograms[row])
    }
    rest.histogram = end
  }

  private func appendSlices(
    _ range: Range<Int>, of columns: SliceColumns, to batch: inout SliceBatch
  ) throws(SliceFault) {
    var before: Int64 = -1
    for row in range {
      let start = columns.starts[row]
      guard
        start > before, start <= ShardLimits.clockSecondsMax, start % resolutionSeconds == 0
      else { throw .startInvalid(start) }
      before = start
      let slice = SeriesSummary(
        count: columns.counts[row], sum: columns.sums[row], min: columns.minima[row],
        max: columns.maxima[row],
        positiveInfinities: columns.positiveInfinities.isEmpty
          ? 0 : columns.positiveInfinities[row],
        negativeInfinities: columns.negativeInfinities.isEmpty
          ? 0 : columns.negativeInfinities[row],
        squares: columns.squares.isEmpty ? 0 : columns.squares[row])
      guard slice.isSound else { throw .statisticsInvalid }
      batch.appendSlice(start: start, slice)
    }
  }
}

/// What a part has of its series besides names and slices.
private struct SeriesRest {
  var seen = SeenColumns()
  var histograms = HistogramColumns()
  /// Histograms of series before the one that is read.
  var histogram = 0

  init(_ columns: SliceColumns) throws(SliceFault) {
    let series = columns.nameLengths.count
    do {
      try seen.append(columns.sightings, rows: series)
      if let message = columns.histograms {
        try histograms.append(message, rows: columns.histogramStarts.count)
      }
    } catch {
      throw error.ofSlices
    }
    guard histograms.count == columns.histogramStarts.count,
      columns.histogramLengths.count == (histograms.count == 0 ? 0 : series)
    else { throw .columnsDiffer }
  }
}

extension SeriesSummary {
  /// There are values with these statistics.
  fileprivate var isSound: Bool {
    let counts = 0...ShardLimits.slicePointsMax
    guard
      counts.contains(count), counts.contains(positiveInfinities),
      counts.contains(negativeInfinities), !isEmpty
    else { return false }
    guard count > 0 else { return sum == 0 && min == .infinity && max == -.infinity }
    return min.isFinite && max.isFinite && min <= max && !sum.isNaN && squares >= 0
  }
}
