// SPDX-License-Identifier: Apache-2.0

/// Reading: tens of combines, whatever the window.
extension Series {
  /// The statistics of the slices from `first` on. O(blocks + slices of a block) when few blocks
  /// were written since the last time; else O(slices).
  func tally(from first: Int64, _ window: Window) -> Tally {
    var tally = Tally()
    if unsafe header.pointee.isSparse {
      for unsafe sparse in unsafe sparseSlices where sparse.index >= first { tally.add(sparse.slice) }
    } else {
      unsafe tallyBlocks(from: first, window.geometry, into: &tally)
    }
    if unsafe header.pointee.openIndex >= first {
      unsafe tally.add(compensation: header.pointee.compensation)
    }
    return tally
  }

  /// The infinities of the slices from `first` on.
  func infinities(from first: Int64) -> (positive: Int64, negative: Int64) {
    unsafe header.pointee.infinities?.counts(from: first) ?? (0, 0)
  }

  private func tallyBlocks(from first: Int64, _ geometry: WindowGeometry, into tally: inout Tally) {
    let size = Int64(geometry.blockSlices)
    let newest = unsafe header.pointee.newestIndex / size
    var index = first / size
    guard index <= newest else { return }
    let directory = unsafe blocks(geometry)
    var (lap, block) = index.quotientAndRemainder(dividingBy: Int64(geometry.blocks))
    let cut = Int(first - index * size)
    if cut > 0 {
      // The oldest block is only partly inside: slice by slice.
      unsafe tallySlices(directory[Int(block)], from: cut, lap: lap, geometry, into: &tally)
      index += 1
      block += 1
    }
    while index <= newest {
      if block == geometry.blocks { (block, lap) = (0, lap + 1) }
      unsafe tallyWhole(&directory[Int(block)], Int(block), index, lap, geometry, into: &tally)
      index += 1
      block += 1
    }
  }

  /// Adds a super-slice, from its cache if nothing was written since.
  @inline(__always)
  private func tallyWhole(
    _ block: inout Block, _ number: Int, _ index: Int64, _ lap: Int64, _ geometry: WindowGeometry,
    into tally: inout Tally
  ) {
    let bit: UInt64 = 1 << UInt64(number)
    if unsafe block.cachedIndex != index || header.pointee.staleBlocks & bit != 0 {
      var fresh = Tally()
      unsafe tallySlices(block, from: 0, lap: lap, geometry, into: &fresh)
      unsafe block.cached = fresh
      unsafe block.cachedIndex = index
      let isOpen = unsafe header.pointee.openIndex >= 0 && header.pointee.openBlock == number
      if !isOpen { unsafe header.pointee.staleBlocks &= ~bit }
    }
    unsafe tally.add(block.cached)
  }

  private func tallySlices(
    _ block: Block, from offset: Int, lap: Int64, _ geometry: WindowGeometry,
    into tally: inout Tally
  ) {
    guard let slices = unsafe block.slices else { return }
    for position in offset..<geometry.blockSlices {
      let slice = unsafe slices + position
      if unsafe slice.pointee.holds(lap: UInt64(lap)) { unsafe tally.add(slice.pointee) }
    }
  }
}
