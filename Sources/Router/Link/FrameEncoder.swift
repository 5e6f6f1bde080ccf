// SPDX-License-Identifier: Apache-2.0

/// Writes the bodies of one stream's frames, and knows which names its receiver has been told.
///
/// Every body must be sent, in the order of encoding: what it tells is not told again. A new stream
/// begins with a new encoder. Frames of another dictionary than the last one's begin anew.
public struct FrameEncoder {
  /// The dictionary of the last frame; 0: none yet.
  private var number: UInt32 = 0
  /// For each of its ids, the id on the stream and 1; 0: not told.
  private var told: [UInt32] = []
  private var toldCount: UInt32 = 0

  /// Nothing told.
  public init() {}

  /// The body of a frame with these rows, whose `dictionary` is `columns.dictionary.number`.
  /// O(rows + names told).
  ///
  /// - Precondition: there are rows.
  public mutating func encode(_ columns: FrameColumns) -> [UInt8] {
    precondition(!columns.isEmpty, "a frame without rows")
    begin(columns.dictionary)
    var ids = columns.ids
    var new: [UInt32] = []
    var idsEnd: UInt32 = 0
    for row in ids.indices {
      var id = told[Int(ids[row])]
      if id == 0 {
        toldCount += 1
        id = toldCount
        told[Int(ids[row])] = id
        new.append(ids[row])
      }
      idsEnd = max(idsEnd, id)
      ids[row] = id - 1
    }
    return FrameBody.encode(columns, ids: ids, idsEnd: Int(idsEnd), new: new)
  }

  /// Makes room for all ids that the dictionary has by now; forgets those of another.
  private mutating func begin(_ dictionary: NameDictionary) {
    if dictionary.number != number {
      number = dictionary.number
      told = []
      toldCount = 0
    }
    if told.count < dictionary.count {
      // Doubled: a dictionary that grows with every frame is not copied with each.
      let count = max(dictionary.count, 2 * told.count, 64)
      told.append(contentsOf: repeatElement(0, count: count - told.count))
    }
  }
}
