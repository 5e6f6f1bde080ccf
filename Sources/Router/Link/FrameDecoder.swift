// SPDX-License-Identifier: Apache-2.0

/// Reads the bodies of one stream's frames, and keeps the names it has been told.
///
/// It trusts nothing that a body says. A new stream begins with a new decoder; after a fault the
/// stream is over, and its decoder with it. Another dictionary number than the last begins an empty
/// table; 0 is a table of the frame's own and leaves the stream's alone.
public struct FrameDecoder: Sendable {
  private var number: UInt32 = 0
  private var table = NameTable()

  /// No names.
  public init() {}

  /// The rows of a frame: all of them, checked, or none. O(rows + bytes).
  ///
  /// - Parameters:
  ///   - rows: as the frame states.
  ///   - dictionary: as the frame states.
  public mutating func decode(
    _ body: RawSpan, rows: UInt32, dictionary: UInt32
  ) throws(FrameFault) -> DecodedFrame {
    guard rows <= RouterLimits.frameRowsMax else {
      throw .tooLarge(.rows, count: Int(rows), limit: RouterLimits.frameRowsMax)
    }
    guard body.byteCount <= RouterLimits.frameBodyBytesMax else {
      throw .tooLarge(
        .bodyBytes, count: body.byteCount, limit: RouterLimits.frameBodyBytesMax)
    }
    if rows == 0 { throw .malformed(.noRows, offset: 0) }
    if dictionary == 0 {
      var own = NameTable()
      return try FrameDecoder.read(body, rows: Int(rows), &own)
    }
    if dictionary != number {
      number = dictionary
      table = NameTable()
    }
    return try FrameDecoder.read(body, rows: Int(rows), &table)
  }

  private static func read(
    _ body: RawSpan, rows: Int, _ table: inout NameTable
  ) throws(FrameFault) -> DecodedFrame {
    var reader = FrameBodyReader()
    let layout = try reader.byte(body)
    let columns = layout & ~FrameBody.originsFlag
    guard columns == FrameBody.layout || columns == FrameBody.layoutWithKinds else {
      throw .malformed(.layoutUnknown, offset: 0)
    }
    try table.learn(rows: rows, &reader, body)
    let ids = try readIDs(rows, names: table.names.count, &reader, body)
    let values = try ValueColumn.read(rows: rows, &reader, body)
    let times = try TimeColumn.read(rows: rows, &reader, body)
    let kinds =
      columns == FrameBody.layoutWithKinds
      ? try KindColumn.read(rows: rows, &reader, body) : []
    let origins =
      layout & FrameBody.originsFlag == 0 ? [] : try OriginColumn.read(rows: rows, &reader, body)
    try reader.end(body)
    return DecodedFrame(
      names: table.bytes, table: table.names, ids: ids, values: values, times: times,
      kinds: kinds, origins: origins)
  }

  private static func readIDs(
    _ rows: Int, names: Int, _ reader: inout FrameBodyReader, _ body: RawSpan
  ) throws(FrameFault) -> [UInt32] {
    var ids = [UInt32](repeating: 0, count: rows)
    var unknown = rows
    var unknownID: UInt64 = 0
    try WordColumn.read(rows: rows, &reader, body) { row, id in
      if id >= UInt64(names) && unknown == rows {
        unknown = row
        unknownID = id
      }
      ids[row] = UInt32(truncatingIfNeeded: id)
    }
    if unknown < rows { throw .unknownName(id: unknownID, row: unknown, names: names) }
    return ids
  }
}
