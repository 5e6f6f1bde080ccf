// SPDX-License-Identifier: Apache-2.0

/// The upper halves of the hashes of some names: whether a series may have one of them is known
/// from its slot in the table alone.
///
/// Open addressing, at most a quarter full. O(1) a look, O(names) memory.
struct NameHashes: Sendable {
  private let slots: [UInt32]
  private let hasZero: Bool
  private let mask: Int

  /// - Parameter hashes: of names, as ``SeriesKey`` makes them.
  init(_ hashes: some Collection<UInt64>) {
    var capacity = 8
    while capacity < 4 * hashes.count { capacity *= 2 }
    mask = capacity - 1
    var slots = [UInt32](repeating: 0, count: capacity)
    var hasZero = false
    for hash in hashes {
      let upper = UInt32(truncatingIfNeeded: hash >> 32)
      if upper == 0 { hasZero = true }
      var slot = Int(upper) & mask
      while slots[slot] != 0, slots[slot] != upper { slot = (slot + 1) & mask }
      slots[slot] = upper
    }
    self.slots = slots
    self.hasZero = hasZero
  }

  /// Whether a series of this hash may have one of the names.
  @inline(__always)
  func mayName(_ hash: UInt64) -> Bool {
    let upper = UInt32(truncatingIfNeeded: hash >> 32)
    var slot = Int(upper) & mask
    while slots[slot] != 0 {
      if slots[slot] == upper { return true }
      slot = (slot + 1) & mask
    }
    return upper == 0 && hasZero
  }
}
