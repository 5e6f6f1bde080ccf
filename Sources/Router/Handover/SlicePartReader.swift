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
    let read = HandOverHeading(cluster: part.cluster, origin: origin, attempt: part.attempt)
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
      columns.negativeInfinities.isEmpty || columns.negativeInfinities.count == rows
    else { throw .columnsDiffer }
    var batch = SliceBatch()
    var name = 0..<0
    var slices = 0..<0
    for series in columns.slices.indices {
      name = name.upperBound..<(name.upperBound + Int(columns.nameLengths[series]))
      slices = slices.upperBound..<(slices.upperBound + Int(columns.slices[series]))
      guard name.upperBound <= columns.names.count, slices.upperBound <= rows else {
        throw .columnsDiffer
      }
      try appendName(name, of: columns.names, to: &batch)
      try appendSlices(slices, of: columns, to: &batch)
    }
    guard name.upperBound == columns.names.count, slices.upperBound == rows else {
      throw .columnsDiffer
    }
    return batch
  }

  private func appendName(
    _ range: Range<Int>, of names: [UInt8], to batch: inout SliceBatch
  ) throws(SliceFault) {
    let bytes = unsafe names.span.bytes
    guard SeriesKey.fault(bytes, range) == nil else { throw .nameInvalid }
    batch.appendSeries(name: names[range], hash: SeriesKey.hash(bytes, range))
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
          ? 0 : columns.negativeInfinities[row])
      guard slice.isSound else { throw .statisticsInvalid }
      batch.appendSlice(start: start, slice)
    }
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
    return min.isFinite && max.isFinite && min <= max && !sum.isNaN
  }
}
