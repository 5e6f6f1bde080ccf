// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

/// Points that are being collected, in columns; each series stands once.
struct OpenBatch {
  typealias Series = TributaryClient.Series

  /// At least the bytes that the batch will take on the wire.
  private(set) var bytes = ClientLimits.batchOverheadBytes
  /// When its first point came; nil while it is empty.
  private(set) var openedAt: ContinuousClock.Instant?
  private var series: [BatchSeries] = []
  private var places: [Series: UInt32] = [:]
  private var seriesIndices: [UInt32] = []
  private var values: [Double] = []
  private var times: [Int64] = []

  /// Points in it.
  var points: Int { values.count }

  /// Where a point would go, and by how many ``bytes`` it would make the batch larger, at most.
  struct Fit {
    /// The series' place, nil when it is new here.
    var place: UInt32?
    var bytes: Int
  }

  /// How one more point would fit. O(1).
  func fit(_ series: Series, time: Int64) -> Fit {
    let delta = time - (times.last ?? time)
    let row = 8 + Varint.size(UInt64(bitPattern: delta << 1 ^ delta >> 63))
    if let place = places[series] {
      return Fit(place: place, bytes: row + Varint.size(UInt64(place)))
    }
    let new = series.encodedBytes + ClientLimits.seriesOverheadBytes
    return Fit(place: nil, bytes: row + Varint.size(UInt64(self.series.count)) + new)
  }

  /// Adds a point that fits so.
  mutating func append(
    _ series: Series, _ value: Double, time: Int64, _ fit: Fit, now: ContinuousClock.Instant
  ) {
    if values.isEmpty { openedAt = now }
    seriesIndices.append(fit.place ?? add(series))
    values.append(value)
    times.append(time)
    bytes += fit.bytes
  }

  private mutating func add(_ series: Series) -> UInt32 {
    let place = UInt32(self.series.count)
    places[series] = place
    self.series.append(series.message)
    return place
  }

  /// Takes everything out, as the bytes of a `PointBatch` without client and numbers.
  mutating func take() -> [UInt8] {
    let batch = PointBatch.with {
      $0.series = series
      $0.seriesIndices = seriesIndices
      $0.values = values
      $0.firstTime = times.first ?? 0
      $0.timeDeltas = deltas
    }
    removeAll()
    return batch.encoded()
  }

  /// Empties it, and keeps room for as many points.
  mutating func removeAll() {
    bytes = ClientLimits.batchOverheadBytes
    openedAt = nil
    series.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    seriesIndices.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    times.removeAll(keepingCapacity: true)
  }

  /// None when all times are equal.
  private var deltas: [Int64] {
    guard let first = times.first, times.contains(where: { $0 != first }) else { return [] }
    var before = first
    return times.map { time in
      defer { before = time }
      return time - before
    }
  }
}

/// Sizes of Protobuf's variable-length integers.
enum Varint {
  /// Bytes that `value` takes: one for each seven bits.
  static func size(_ value: UInt64) -> Int {
    max(1, (64 - value.leadingZeroBitCount + 6) / 7)
  }
}
