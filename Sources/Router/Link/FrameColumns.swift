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
  public mutating func append(id: UInt32, value: Double, time: Int64) -> Bool {
    fatalError("not written yet")
  }

  /// Adds the batch's rows from `first` on, as far as there is room, and numbers their names.
  /// O(rows).
  public mutating func take(_ batch: PointBatch, from first: Int = 0) -> OnTaken {
    fatalError("not written yet")
  }

  /// Forgets all rows.
  public mutating func removeAll(keepingCapacity: Bool = false) {
    ids.removeAll(keepingCapacity: keepingCapacity)
    values.removeAll(keepingCapacity: keepingCapacity)
    times.removeAll(keepingCapacity: keepingCapacity)
    nameBytes = 0
  }
}
