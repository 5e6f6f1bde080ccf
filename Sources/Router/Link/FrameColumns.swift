// SPDX-License-Identifier: Apache-2.0
public import Shard

/// The rows of one frame on the sender's side, in columns: ids of one dictionary, values, times.
///
/// It can be encoded as often as it has to be sent. At most ``RouterLimits/frameRowsMax`` rows with
/// ``RouterLimits/frameNameBytesMax`` bytes of names.
public struct FrameColumns {
  /// What became of a batch's rows.
  @frozen
  public enum OnTaken: Sendable, Hashable {
    /// They are all in.
    case all
    /// Rows from `next` on are not: the frame is full.
    case frameFull(next: Int)
    /// Rows from `next` on are not: the dictionary is full, and a frame of the next one has to take
    /// them.
    case dictionaryFull(next: Int)
  }

  /// What the ids are of.
  public let dictionary: NameDictionary
  /// For each row, the id of its name.
  public private(set) var ids: [UInt32] = []
  /// For each row, its value.
  public private(set) var values: [Double] = []
  /// For each row, its time, Unix seconds.
  public private(set) var times: [Int64] = []
  /// For each row, the number of its kind; empty as long as no row has one.
  public private(set) var kinds: [UInt8] = []
  /// Rows of batches that may come again, in row order.
  public private(set) var origins: [FrameOrigin] = []
  /// The length that those take, from above.
  private(set) var originBytes = 0
  /// Bytes of the rows' names, a name counted once for each row.
  public private(set) var nameBytes = 0

  /// No rows yet.
  public init(_ dictionary: NameDictionary) { self.dictionary = dictionary }

  /// Rows so far.
  public var count: Int { ids.count }
  /// No rows.
  public var isEmpty: Bool { ids.isEmpty }
  /// The latest time of a row, Unix seconds; nil when there are none. O(rows).
  public var newestTime: Int64? { times.max() }

  /// Adds one row, or answers false when the frame is full. O(1).
  ///
  /// - Precondition: the id is of this dictionary; the row was admitted.
  public mutating func append(id: UInt32, value: Double, time: Int64, kind: UInt8 = 0) -> Bool {
    precondition(!value.isNaN && (0...TimeColumn.secondsMax).contains(time), "not admitted")
    let length = dictionary.nameLength(id)
    guard count < RouterLimits.frameRowsMax, RouterLimits.frameNameBytesMax - nameBytes >= length
    else { return false }
    if kind != 0 || !kinds.isEmpty {
      beginKinds()
      kinds.append(kind)
    }
    ids.append(id)
    values.append(value)
    times.append(time)
    nameBytes += length
    return true
  }

  /// Adds the batch's rows from `first` on, as far as there is room, and numbers their names.
  /// O(rows).
  ///
  /// - Precondition: the rows were admitted.
  public mutating func take(_ batch: PointColumns, from first: Int = 0) -> OnTaken {
    precondition(first >= 0 && first <= batch.count, "no such row")
    let room = RouterLimits.frameRowsMax - count
    let wanted = first..<first + min(room, batch.count - first)
    let before = count
    var appended = NameDictionary.OnAppended.all
    ids.append(addingCapacity: wanted.count) { free in
      appended = dictionary.appendIDs(of: batch, wanted, to: &free, nameBytes: &nameBytes)
    }
    let next = first + count - before
    values.append(addingCapacity: next - first) { free in
      batch.copyValues(first..<next, to: &free)
    }
    times.append(addingCapacity: next - first) { batch.copyTimes(first..<next, to: &$0) }
    takeKinds(of: batch, first..<next, before: before)
    for run in batch.originRuns {
      let rows = run.rows.clamped(to: first..<next)
      guard !rows.isEmpty else { continue }
      let places = rows.map { batch.ordinal($0) &- run.firstOrdinal }
      append(FrameOrigin(run.origin, first: before + rows.lowerBound - first, places: places))
    }
    switch appended {
    case .dictionaryFull: return .dictionaryFull(next: next)
    case .nameBytesReached: return .frameFull(next: next)
    case .all: return next == batch.count ? .all : .frameFull(next: next)
    }
  }

  /// The columns that all have are as long as the frame by now.
  private mutating func takeKinds(of batch: PointColumns, _ rows: Range<Int>, before: Int) {
    if batch.hasNoKinds && kinds.isEmpty { return }
    kinds += repeatElement(0, count: before - kinds.count)
    kinds.append(addingCapacity: rows.count) { batch.copyKinds(rows, to: &$0) }
  }

  /// Rows so far have none, if none had one.
  private mutating func beginKinds() { kinds += repeatElement(0, count: count - kinds.count) }

  /// Tells of rows that have been appended, behind those told of before.
  public mutating func append(_ origin: FrameOrigin) {
    precondition(
      origin.first >= origins.last?.rows.upperBound ?? 0 && origin.rows.upperBound <= count,
      "rows out of order")
    origins.append(origin)
    originBytes +=
      OriginColumn.originBytesMax + OriginColumn.placeBytesMax * origin.places.count
  }

  /// Forgets all rows.
  public mutating func removeAll(keepingCapacity: Bool = false) {
    ids.removeAll(keepingCapacity: keepingCapacity)
    values.removeAll(keepingCapacity: keepingCapacity)
    times.removeAll(keepingCapacity: keepingCapacity)
    kinds.removeAll(keepingCapacity: keepingCapacity)
    origins.removeAll(keepingCapacity: keepingCapacity)
    originBytes = 0
    nameBytes = 0
  }
}
