// SPDX-License-Identifier: Apache-2.0
import Proto
import Shard

/// The series of one batch: what is told once, and judged, hashed and placed once, for all its
/// points. Its memory is used again for the next batch. Confined to its loop.
struct BatchSeriesTable {
  /// One series, as its points need it.
  struct Entry {
    var hash: UInt64 = 0
    /// Where its key lies in ``keys``.
    var key = 0..<0
    /// Which of the loop's batches its points go to.
    var place = 0
    var kind: UInt8 = 0
    var hasLabels = false
    /// Why its points are rejected; nil: they are not.
    var reason: Shard.RejectReason?
  }

  /// Bytes of keys that are kept from one batch to the next; a usual batch has some 50 KB.
  private static let keyBytesKeptMax = 1 << 20

  private(set) var entries: [Entry] = []
  /// The keys, one behind the other.
  private(set) var keys: [UInt8] = []
  private var reader = BatchSeriesReader()
  /// Of the series that is being read, if it has labels.
  private let labelled = LabelledKeys(points: 1, nameBytesMax: ShardLimits.nameBytesMax)

  /// Takes the series of the batch that `batch` has read.
  ///
  /// - Throws: ``BatchFault`` for bytes that are no series.
  mutating func take(
    _ bytes: RawSpan, of batch: borrowing PointBatchReader, _ admission: Admission,
    place: (UInt64) -> Int
  ) throws(BatchFault) {
    entries.removeAll(keepingCapacity: true)
    keys.removeAll(keepingCapacity: keys.capacity <= Self.keyBytesKeptMax)
    for (index, range) in batch.series.enumerated() {
      do throws(PointError) {
        try reader.read(bytes, range)
      } catch {
        throw batch.fault(.series, at: index, "it is no telemetry.BatchSeries: \(error)")
      }
      var entry = Entry()
      entry.kind = reader.kind
      entry.reason = appendKey(bytes, admission, &entry)
      entries.append(entry)
    }
    hashKeys()
    for index in entries.indices where entries[index].reason == nil {
      entries[index].place = place(entries[index].hash)
    }
  }

  /// Four at a time; at the end, some again.
  private mutating func hashKeys() {
    let count = entries.count
    var index = 0
    while index < count {
      let first = min(index, max(0, count - 4))
      var ranges = InlineArray<4, Range<Int>>(repeating: 0..<0)
      var areNames = true
      for lane in 0..<min(4, count) {
        ranges[lane] = entries[first + lane].key
        areNames = areNames && !entries[first + lane].hasLabels
      }
      // The key of a series without labels is its name.
      let hashes =
        areNames
        ? unsafe FNV.hashes(keys.span.bytes, ranges)
        : unsafe SeriesKey.hashes(keys.span.bytes, ranges)
      for lane in 0..<min(4, count) { entries[first + lane].hash = hashes[lane] }
      index = first + 4
    }
  }

  private mutating func appendKey(
    _ bytes: RawSpan, _ admission: Admission, _ entry: inout Entry
  ) -> Shard.RejectReason? {
    if let reason = admission.reasonAgainst(name: reader.metric, in: bytes) { return reason }
    let start = keys.count
    if reader.labels.isEmpty {
      append(bytes, reader.metric)
    } else {
      labelled.reset()
      switch labelled.add(bytes, name: reader.metric, labels: reader.labels) {
      case .rejected(let reason): return reason
      case .key(let key): labelled.withBytes { append($0, key) }
      }
    }
    entry.key = start..<keys.count
    entry.hasLabels = !reader.labels.isEmpty
    return nil
  }

  private mutating func append(_ bytes: RawSpan, _ range: Range<Int>) {
    unsafe bytes.extracting(range).withUnsafeBytes { unsafe keys.append(contentsOf: $0) }
  }
}
