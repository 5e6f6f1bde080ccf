// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard

/// The rows of one batch on their way to the shards: judged together where nothing speaks against
/// any of them, and put in order of their series, so that a shard looks a series up once for all
/// its rows. Its memory is used again for the next batch. Confined to its loop.
struct BatchRows {
  /// All rows may come in, and are the node's own.
  private(set) var areAllOwn = false
  /// Unix seconds of each row; empty: all are of ``time``. Where a batch says 0 it is now.
  private(set) var times: [Int64] = []
  private(set) var time: Int64 = 0
  /// Rows in order of their series, those of a series as they came.
  private(set) var order: [UInt32] = []
  /// By series, where its rows end in ``order``; at last those that are left out.
  private var ends: [UInt32] = []
  /// By row, its series; as many as there are series: it is left out.
  private var kept: [UInt32] = []

  // MARK: Judging

  /// The rows that may come in and are this node's own. O(points).
  ///
  /// - Parameter ownPlaces: places below it are of the node's own shards.
  mutating func judge(
    _ batch: borrowing PointBatchReader, of series: [BatchSeriesTable.Entry],
    _ admission: Admission, ownPlaces: Int
  ) -> RowSet {
    let areTimesGood = takeTimes(batch, admission)
    areAllOwn =
      areTimesGood && !Self.hasNaN(batch)
      && series.allSatisfy { $0.reason == nil && $0.place < ownPlaces }
    if areAllOwn { return .all(of: batch.count) }
    var rows = RowSet(rows: batch.count)
    for row in 0..<batch.count {
      let series = series[batch.seriesIndex(row)]
      guard series.reason == nil, series.place < ownPlaces else { continue }
      if case .accepted = verdict(on: row, of: batch, admission) { rows.insert(row) }
    }
    return rows
  }

  /// Judges value and time of a row. O(1).
  @inline(__always)
  func verdict(
    on row: Int, of batch: borrowing PointBatchReader, _ admission: Admission
  ) -> Admission.Verdict {
    admission.admit(value: batch.value(row), time: times.isEmpty ? time : times[row])
  }

  /// - Returns: all times may come in.
  private mutating func takeTimes(
    _ batch: borrowing PointBatchReader, _ admission: Admission
  ) -> Bool {
    times.removeAll(keepingCapacity: true)
    time = batch.firstTime == 0 ? admission.now : batch.firstTime
    guard batch.hasTimes else { return Self.isGood(time, admission) }
    times.reserveCapacity(batch.count)
    var (latest, oldest, newest) = (batch.firstTime, Int64.max, Int64.min)
    for row in 0..<batch.count {
      latest &+= batch.delta(row)
      let time = latest == 0 ? admission.now : latest
      oldest = min(oldest, time)
      newest = max(newest, time)
      times.append(time)
    }
    // What lies between two times that may come in may come in.
    return Self.isGood(oldest, admission) && Self.isGood(newest, admission)
  }

  private static func isGood(_ time: Int64, _ admission: Admission) -> Bool {
    admission.admit(value: 0, time: time) == .accepted(time: time)
  }

  private static func hasNaN(_ batch: borrowing PointBatchReader) -> Bool {
    batch.withColumns { _, values, _ in
      // No branch: several values at a time.
      var found: UInt64 = 0
      for row in values.indices { found |= unsafe values[unchecked: row].isNaN ? 1 : 0 }
      return found != 0
    }
  }

  // MARK: Order

  /// No row is kept so far, of a batch of so many series.
  mutating func leaveAllOut(_ points: Int, series: Int) {
    kept.removeAll(keepingCapacity: true)
    kept.append(contentsOf: repeatElement(UInt32(series), count: points))
  }

  /// The row goes to a shard.
  @inline(__always)
  mutating func keep(_ row: Int, series: Int) { kept[row] = UInt32(truncatingIfNeeded: series) }

  /// Puts all rows in order. O(points + series).
  mutating func sort(_ batch: borrowing PointBatchReader, series: Int) {
    batch.withColumns { indices, _, _ in
      Self.sort(by: indices, series: series, into: &order, &ends)
    }
  }

  /// Puts those in order that were kept. O(points + series).
  mutating func sortKept(series: Int) {
    let kept = self.kept
    Self.sort(by: kept.span, series: series, into: &order, &ends)
  }

  /// A counting sort.
  private static func sort(
    by series: Span<UInt32>, series count: Int, into order: inout [UInt32], _ ends: inout [UInt32]
  ) {
    ends.removeAll(keepingCapacity: true)
    ends.append(contentsOf: repeatElement(0, count: count + 2))
    if order.count < series.count { order = Array(repeating: 0, count: series.count) }
    var next = ends.mutableSpan
    var places = order.mutableSpan
    for row in series.indices { next[Int(series[row]) + 1] &+= 1 }
    for index in 1..<count + 2 { next[index] &+= next[index - 1] }
    for row in series.indices {
      let index = Int(series[row])
      let place = next[index]
      places[Int(place)] = UInt32(truncatingIfNeeded: row)
      next[index] = place &+ 1
    }
  }

  /// Where a series' rows lie in ``order``.
  @inline(__always)
  func places(of series: Int) -> Range<Int> {
    Int(series == 0 ? 0 : ends[series - 1])..<Int(ends[series])
  }
}
