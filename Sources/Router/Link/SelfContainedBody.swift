// SPDX-License-Identifier: Apache-2.0

/// Bodies that bring all names they use: frames whose `dictionary` is 0. They can be read without
/// anything that came before, and so be kept for as long as need be.
public enum SelfContainedBody {
  /// The body of a frame with these rows. O(rows + names).
  ///
  /// - Precondition: there are rows.
  public static func encode(_ columns: FrameColumns) -> [UInt8] {
    precondition(!columns.isEmpty, "a frame without rows")
    var ids = columns.ids
    var new: [UInt32] = []
    // Open addressing, at most half full; 0 is empty, others are places in `new`, from 1.
    let slotBits = (2 * ids.count - 1).bitWidth - (2 * ids.count - 1).leadingZeroBitCount
    var slots = [UInt32](repeating: 0, count: 1 << slotBits)
    for row in ids.indices {
      let id = ids[row]
      var slot = Int((id &* 0x9E37_79B9) >> UInt32(32 - slotBits))
      while slots[slot] != 0 && new[Int(slots[slot]) - 1] != id {
        slot = (slot + 1) & (slots.count - 1)
      }
      if slots[slot] == 0 {
        new.append(id)
        slots[slot] = UInt32(new.count)
      }
      ids[row] = slots[slot] - 1
    }
    return FrameBody.encode(columns, ids: ids, idsEnd: new.count, new: new)
  }
}
