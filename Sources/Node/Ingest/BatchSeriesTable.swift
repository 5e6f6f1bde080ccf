// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
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
    /// Why its points are rejected; nil: they are not.
    var reason: Shard.RejectReason?
  }

  /// Bytes of keys that are kept from one batch to the next; a usual batch has some 50 KB.
  private static let keyBytesKeptMax = 1 << 20

  private(set) var entries: [Entry] = []
  /// The keys, one behind the other.
  private(set) var keys: [UInt8] = []
  private var reader = BatchSeriesReader()

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
      entry.kind = UInt8(exactly: reader.kind) ?? 0
      entry.reason = appendKey(bytes, admission, &entry)
      if entry.reason == nil { entry.place = place(entry.hash) }
      entries.append(entry)
    }
  }

  private mutating func appendKey(
    _ bytes: RawSpan, _ admission: Admission, _ entry: inout Entry
  ) -> Shard.RejectReason? {
    if let reason = admission.reasonAgainst(name: reader.metric, in: bytes) { return reason }
    let start = keys.count
    append(bytes, reader.metric)
    if !reader.labels.isEmpty {
      let (labels, reason) = BatchLabels.sorted(reader.labels, bytes)
      if let reason { return reason }
      for label in labels {
        keys.append(SeriesKey.labelMark)
        append(bytes, label.name)
        keys.append(SeriesKey.valueMark)
        append(bytes, label.value)
      }
    }
    entry.key = start..<keys.count
    entry.hash = unsafe SeriesKey.hash(keys.span.bytes, entry.key)
    return nil
  }

  private mutating func append(_ bytes: RawSpan, _ range: Range<Int>) {
    unsafe bytes.extracting(range).withUnsafeBytes { unsafe keys.append(contentsOf: $0) }
  }
}

/// The rules for the labels of a series.
enum BatchLabels {
  /// The labels that count, in order of their names' bytes, or why the series is rejected.
  static func sorted(_ labels: [BatchSeriesReader.Label], _ bytes: RawSpan)
    -> ([BatchSeriesReader.Label], Shard.RejectReason?)
  {
    var latest: [[UInt8]: BatchSeriesReader.Label] = [:]
    for label in labels { latest[copy(bytes, label.name)] = label }
    let counted = latest.filter { !$0.value.value.isEmpty }
    guard counted[[]] == nil else { return ([], .labelInvalid) }
    let isText = counted.values.allSatisfy {
      UTF8Check.isValid(bytes, $0.name) && UTF8Check.isValid(bytes, $0.value)
    }
    guard isText else { return ([], .labelInvalid) }
    let size = counted.values.reduce(0) { $0 + $1.name.count + $1.value.count + 2 }
    guard counted.count <= ShardLimits.labelsMax, size <= ShardLimits.labelBytesMax else {
      return ([], .labelsTooLarge)
    }
    return (
      counted.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value), nil
    )
  }

  private static func copy(_ bytes: RawSpan, _ range: Range<Int>) -> [UInt8] {
    unsafe bytes.extracting(range).withUnsafeBytes { unsafe Array($0) }
  }
}
