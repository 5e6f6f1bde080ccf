// SPDX-License-Identifier: Apache-2.0
internal import Shard

/// Batches on their way into one frame, and which rows are whose.
struct ColumnFrame {
  private(set) var columns: FrameColumns
  var portions: [FramePortion] = []
  /// The latest time of a row, Unix seconds.
  private(set) var newestTime = Int64.min

  init(_ dictionary: NameDictionary) { columns = FrameColumns(dictionary) }

  var rows: Int { columns.count }

  /// The length of its body, from above.
  var bytes: Int {
    RouterLimits.linkFrameBytes + rows * RouterLimits.linkRowBytes + columns.nameBytes
      + columns.originBytes
  }

  /// What a batch adds to ``bytes``, from above. O(1).
  static func bytes(of batch: PointColumns) -> Int {
    batch.count * RouterLimits.linkRowBytes + batch.withNames { $0.byteCount }
      + OriginColumn.bytes(of: batch.originRuns)
  }

  /// Whether the whole batch surely fits. An empty frame is tried anyway.
  func hasRoom(for batch: PointColumns) -> Bool {
    rows == 0
      || rows + batch.count <= RouterLimits.frameRowsMax
        && bytes + Self.bytes(of: batch) <= RouterLimits.linkFrameBytesMax
  }

  /// Adds the whole batch, or answers false when its dictionary is full; then nothing is added.
  /// O(rows), of the frame only when the dictionary is full.
  ///
  /// - Precondition: there is room for it, and it is not empty.
  mutating func take(_ batch: PointColumns, ticket: LinkTicket?) -> Bool {
    let first = rows
    switch columns.take(batch) {
    case .all: break
    case .dictionaryFull:
      columns = columns.prefix(first)
      return false
    case .frameFull: preconditionFailure("a batch is larger than a frame")
    }
    portions.append(FramePortion(ticket: ticket, first: first, count: batch.count))
    for row in 0..<batch.count { newestTime = max(newestTime, batch.time(row)) }
    return true
  }

  /// The frame as a hint. O(rows + names).
  func hint() -> Hint {
    Hint(body: SelfContainedBody.encode(columns), rows: rows, newestTime: newestTime)
  }
}

extension FrameColumns {
  /// The first rows alone. O(rows).
  func prefix(_ count: Int) -> FrameColumns {
    var result = FrameColumns(dictionary)
    for row in 0..<count {
      let isIn = result.append(
        id: ids[row], value: values[row], time: times[row],
        kind: kinds.isEmpty ? 0 : kinds[row])
      precondition(isIn, "a part of a frame is larger than a frame")
    }
    for origin in origins where origin.first < count { result.append(origin) }
    return result
  }
}
