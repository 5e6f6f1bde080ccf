// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf
public import Shard

/// Cuts slices for one receiver into messages: serialized `telemetry.peer.v1.SlicePart`s, each at
/// most ``RouterLimits/slicePartBytesMax``. A series may go on in the next part.
public struct SliceParts {
  private let heading: HandOverHeading
  private var open = SliceBatch()
  /// Of the open part, from above.
  private var bytes = 0
  /// Series added; one that went on in another part counts once.
  public private(set) var series = 0
  /// Slices added.
  public private(set) var slices = 0

  private static let bytesMax =
    RouterLimits.slicePartBytesMax - RouterLimits.slicePartOverheadBytes

  /// Nothing added yet.
  public init(_ heading: HandOverHeading) { self.heading = heading }

  /// Adds a series with all that is of it; gives back the parts that became full. O(bytes).
  public mutating func add(series: Int, of batch: SliceBatch) -> [[UInt8]] {
    var full: [[UInt8]] = []
    var rest = batch.sliceRange(series)
    let seriesBytes = batch.nameRange(series).count + RouterLimits.sliceSeriesBytesMax
    // Histograms go with the newest slices: as long as any slice is live, those are.
    let histograms = batch.histogramRange(series)
    let histogramBytes = batch.wireBytes(histograms: histograms)
    self.series += 1
    slices += rest.count
    while true {
      let room = Self.bytesMax - bytes - seriesBytes
      if rest.count * RouterLimits.sliceBytesMax + histogramBytes <= room {
        open.append(series: series, of: batch, slices: rest, histograms: histograms)
        bytes += seriesBytes + rest.count * RouterLimits.sliceBytesMax + histogramBytes
        return full
      }
      let now = rest.prefix(max(0, min(room / RouterLimits.sliceBytesMax, rest.count - 1)))
      if now.isEmpty {
        precondition(bytes > 0, "the histograms of a series take more than a part")
      } else {
        open.append(series: series, of: batch, slices: now, histograms: 0..<0)
        rest = rest.dropFirst(now.count)
      }
      full.append(take())
    }
  }

  /// The last part. There is one even if nothing was added: it, too, replaces earlier attempts.
  public mutating func finish() -> [UInt8] { take() }

  private mutating func take() -> [UInt8] {
    let part = SlicePart.with {
      $0.cluster = heading.cluster
      $0.origin = heading.origin.wire
      $0.attempt = heading.attempt
      $0.includes = heading.includes.map(\.wire)
      if !open.isEmpty { $0.columns = open.columns }
    }
    (open, bytes) = (SliceBatch(), 0)
    return part.encoded()
  }
}

extension SliceBatch {
  /// What histograms take at most, with their starts of 6 B.
  fileprivate func wireBytes(histograms range: Range<Int>) -> Int {
    range.reduce(0) { $0 + 6 + HistogramColumns([histograms[$1]]).wireBytes(0) }
  }

  /// The message.
  var columns: SliceColumns {
    .with {
      $0.names = nameBytes
      for row in 0..<series {
        $0.nameLengths.append(UInt32(nameRange(row).count))
        $0.slices.append(UInt32(sliceRange(row).count))
      }
      $0.starts = starts
      $0.counts = statistics.map(\.count)
      $0.sums = statistics.map(\.sum)
      $0.minima = statistics.map(\.min)
      $0.maxima = statistics.map(\.max)
      if statistics.contains(where: { $0.squares != 0 }) {
        $0.squares = statistics.map(\.squares)
      }
      $0.sightings = SeenColumns(sightings).message
      if !histograms.isEmpty {
        $0.histogramLengths = (0..<series).map { UInt32(histogramRange($0).count) }
        $0.histogramStarts = histogramStarts
        $0.histograms = HistogramColumns(histograms).message(histograms.indices)
      }
      if statistics.contains(where: { $0.positiveInfinities != 0 }) {
        $0.positiveInfinities = statistics.map(\.positiveInfinities)
      }
      if statistics.contains(where: { $0.negativeInfinities != 0 }) {
        $0.negativeInfinities = statistics.map(\.negativeInfinities)
      }
    }
  }
}
