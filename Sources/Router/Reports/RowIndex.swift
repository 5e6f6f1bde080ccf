// SPDX-License-Identifier: Apache-2.0
internal import Shard

/// Finds the row of a name in a report that only grows: open addressing, linear probing, at most
/// half full, 4 B a slot.
struct RowIndex {
  private static let none = UInt32.max

  private var slots: [UInt32] = []
  private var count = 0

  /// Indexes the rows that are not indexed yet, with room for `more`. O(rows) when it must grow.
  mutating func cover(_ report: PartialReport, reserving more: Int) {
    precondition(report.count + more <= RouterLimits.rowsMax, "more rows than a row number holds")
    var capacity = max(16, slots.count)
    while capacity < 2 * (report.count + more) { capacity *= 2 }
    if capacity > slots.count {
      slots = [UInt32](repeating: RowIndex.none, count: capacity)
      count = 0
    }
    while count < report.count { insert(count, hash: report.hashes[count]) }
  }

  /// Adds the next row, whose name is not there.
  mutating func insert(_ row: Int, hash: UInt64) {
    assert(row == count && 2 * (count + 1) <= slots.count)
    var slot = home(hash)
    while slots[slot] != RowIndex.none { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(row)
    count += 1
  }

  /// The row in `indexed` of the name that `report` has in `row`.
  func find(_ report: PartialReport, _ row: Int, in indexed: PartialReport) -> Int? {
    let hash = report.hashes[row]
    var slot = home(hash)
    while slots[slot] != RowIndex.none {
      let candidate = Int(slots[slot])
      if indexed.hashes[candidate] == hash && indexed.hasName(candidate, like: row, of: report) {
        return candidate
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Remixed, because rows of one shard share the low bits of their hashes.
  private func home(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) >> 32) & (slots.count - 1)
  }
}
