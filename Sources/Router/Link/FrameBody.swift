// SPDX-License-Identifier: Apache-2.0

/// The layout of a frame's body: names that are new, then the rows in columns.
///
///     body    = layout (1 byte: 1; 2 with kinds)
///               new names: how many (varint), then for each its length (varint) and bytes
///               ids:    a WordColumn
///               values: encoding (1 byte), then as ValueColumn says
///               times:  encoding (1 byte), then as TimeColumn says
///               kinds:  a WordColumn, in layout 2 alone; without it no row has a kind
///               origins: as OriginColumn says, if the layout's highest bit is set
///
/// The first name that a dictionary's frames bring has id 0, the next 1, and so on: ids are the
/// stream's, not the sender's. How many rows there are is the frame's to say. Varints are those of
/// protobuf, signed ones zigzag; fixed numbers have their lowest byte first. Nothing may follow.
enum FrameBody {
  static let layout: UInt8 = 1
  static let layoutWithKinds: UInt8 = 2
  /// Added to the layout.
  static let originsFlag: UInt8 = 0x80

  /// The body of a frame.
  ///
  /// - Parameters:
  ///   - ids: for each row the id on the stream.
  ///   - idsEnd: above all of `ids`.
  ///   - new: ids in the columns' dictionary of names to tell, in order of their ids on the stream.
  static func encode(
    _ columns: FrameColumns, ids: [UInt32], idsEnd: Int, new: [UInt32]
  ) -> [UInt8] {
    var body = FrameBodyWriter(capacity: 256 + 12 * columns.count + 32 * new.count)
    let kinds = columns.kinds.isEmpty ? layout : layoutWithKinds
    body.append(kinds | (columns.origins.isEmpty ? 0 : originsFlag))
    body.append(varint: UInt64(new.count))
    for id in new { columns.dictionary.writeName(id, to: &body) }
    let varying = UInt64.max >> UInt64((idsEnd - 1).leadingZeroBitCount)
    unsafe ids.withUnsafeBufferPointer { ids in
      WordColumn.append(rows: ids.count, varying: varying, to: &body) { unsafe UInt64(ids[$0]) }
    }
    ValueColumn.append(columns.values, to: &body)
    TimeColumn.append(columns.times, to: &body)
    KindColumn.append(columns.kinds, to: &body)
    if !columns.origins.isEmpty { OriginColumn.append(columns.origins, to: &body) }
    return body.bytes
  }
}
