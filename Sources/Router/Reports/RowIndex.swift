// SPDX-License-Identifier: Apache-2.0
internal import Shard

/// Finds the row of a name in a report that only grows: open addressing, linear probing, at most
/// half full, 8 B a slot: a row number, and half of the name's hash, so that a slot of another name
/// is passed by without a look at the report.
struct RowIndex {
  private static let none = UInt64.max

  private var slots: [UInt64] = []
  private var count = 0
  /// Keeps early looks from being optimised away.
  private var touched: UInt64 = 0

  /// Indexes the rows that are not indexed yet, with room for `more`. O(rows) when it must grow.
  mutating func cover(_ report: PartialReport, reserving more: Int) {
    precondition(report.count + more <= RouterLimits.rowsMax, "more rows than a row number holds")
    var capacity = max(16, slots.count)
    while capacity < 2 * (report.count + more) { capacity *= 2 }
    if capacity > slots.count {
      slots = [UInt64](repeating: RowIndex.none, count: capacity)
      count = 0
    }
    let hashes = report.hashes
    while count < hashes.count {
      var slot = home(hashes[count])
      while slots[slot] != RowIndex.none { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = entry(hashes[count], count)
      count += 1
    }
  }

  /// Looks for every row of `report` among the indexed rows of `indexed`, in order; a name that is
  /// not there gets the next row, as if it were appended. There must be room. O(rows).
  mutating func place(_ report: PartialReport, behind indexed: PartialReport) -> RowPlacement {
    assert(count == indexed.count && 2 * (count + report.count) <= slots.count)
    var placement = RowPlacement(rowsMax: report.count)
    let hashes = report.hashes
    for first in stride(from: 0, to: hashes.count, by: RouterLimits.lookaheadRows) {
      let group = first..<min(hashes.count, first + RouterLimits.lookaheadRows)
      for row in group { touched &+= slots[home(hashes[row])] }
      for row in group { place(row, hashes[row], of: report, behind: indexed, &placement) }
    }
    return placement
  }

  @inline(__always)
  private mutating func place(
    _ row: Int, _ hash: UInt64, of report: PartialReport, behind indexed: PartialReport,
    _ placement: inout RowPlacement
  ) {
    var slot = home(hash)
    while slots[slot] != RowIndex.none {
      let candidate = Int(slots[slot] & 0xFFFF_FFFF)
      if slots[slot] == entry(hash, candidate),
        placement.isName(candidate, like: row, of: report, behind: indexed)
      {
        return placement.known(row, candidate)
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = entry(hash, count)
    count += 1
    placement.new(row)
  }

  /// The hash's high half, which chooses no slot, and the row.
  @inline(__always)
  private func entry(_ hash: UInt64, _ row: Int) -> UInt64 {
    hash & 0xFFFF_FFFF_0000_0000 | UInt64(truncatingIfNeeded: row)
  }

  /// Remixed, because rows of one shard share the low bits of their hashes.
  @inline(__always)
  private func home(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) >> 32) & (slots.count - 1)
  }
}

/// Which rows of a report are new, and where the others belong.
struct RowPlacement {
  /// Rows whose names were not there, in order: they come behind what was there.
  private(set) var newRows: [UInt32] = []
  /// Rows whose names were there ...
  private(set) var knownRows: [UInt32] = []
  /// ... and where.
  private(set) var knownTargets: [UInt32] = []

  init(rowsMax: Int) { newRows.reserveCapacity(rowsMax) }

  mutating func new(_ row: Int) { newRows.append(UInt32(truncatingIfNeeded: row)) }

  mutating func known(_ row: Int, _ target: Int) {
    knownRows.append(UInt32(truncatingIfNeeded: row))
    knownTargets.append(UInt32(truncatingIfNeeded: target))
  }

  /// Whether an indexed row, which may be one of the new ones, has a row's name. O(name).
  func isName(
    _ candidate: Int, like row: Int, of report: PartialReport, behind indexed: PartialReport
  ) -> Bool {
    guard candidate >= indexed.count else {
      return indexed.hasName(candidate, like: row, of: report)
    }
    return report.hasName(Int(newRows[candidate - indexed.count]), like: row, of: report)
  }
}
