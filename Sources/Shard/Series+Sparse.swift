// SPDX-License-Identifier: Apache-2.0

/// A slice of a series that has few.
struct SparseSlice {
  var slice: Slice
  var index: Int64
}

/// The first stage: an unordered list of up to ``ShardLimits/sparseSlicesMax`` slices.
extension Series {
  func sparseBytes(_ capacity: Int) -> Int { capacity * MemoryLayout<SparseSlice>.stride }

  var sparseSlices: UnsafeMutableBufferPointer<SparseSlice> {
    let start = unsafe header.pointee.storage?.assumingMemoryBound(to: SparseSlice.self)
    return unsafe UnsafeMutableBufferPointer(start: start, count: Int(header.pointee.sparseCount))
  }

  /// The slice `index`: found, put in the place of an expired one, or appended. Nil when the list
  /// was full, and has become blocks.
  func sparseSlice(
    _ index: Int64, _ window: Window, heap: inout Heap
  ) -> UnsafeMutablePointer<Slice>? {
    let slices = unsafe sparseSlices
    var place = slices.count
    for position in slices.indices {
      if unsafe slices[position].index == index { return unsafe sparsePointer(position) }
      if unsafe slices[position].index < window.first { place = position }
    }
    if unsafe place == Int(header.pointee.sparseCapacity) {
      if place == ShardLimits.sparseSlicesMax {
        unsafe becomeBlocks(window, heap: &heap)
        return nil
      }
      unsafe growSparse(heap: &heap)
    }
    if place == slices.count { unsafe header.pointee.sparseCount += 1 }
    unsafe sparseSlices[place] = SparseSlice(slice: Slice(lap: 0), index: index)
    return unsafe sparsePointer(place)
  }

  /// `slice` is the first field, so its address is the entry's.
  private func sparsePointer(_ position: Int) -> UnsafeMutablePointer<Slice>? {
    unsafe header.pointee.storage.map {
      unsafe ($0 + sparseBytes(position)).assumingMemoryBound(to: Slice.self)
    }
  }

  private func growSparse(heap: inout Heap) {
    let old = unsafe sparseSlices
    let capacity = unsafe min(
      max(ShardLimits.sparseSlicesMin, 2 * Int(header.pointee.sparseCapacity)),
      ShardLimits.sparseSlicesMax)
    let grown = unsafe heap.allocate(sparseBytes(capacity))
      .bindMemory(to: SparseSlice.self, capacity: capacity)
    if let start = old.baseAddress {
      unsafe grown.moveInitialize(from: start, count: old.count)
      unsafe heap.free(start, sparseBytes(Int(header.pointee.sparseCapacity)))
    }
    unsafe header.pointee.storage = UnsafeMutableRawPointer(grown)
    unsafe header.pointee.sparseCapacity = UInt8(capacity)
  }

  private func becomeBlocks(_ window: Window, heap: inout Heap) {
    let old = unsafe sparseSlices
    unsafe header.pointee.storage = unsafe emptyBlocks(window.geometry, heap: &heap)
    unsafe header.pointee.isSparse = false
    for position in 0..<old.count {
      let sparse = unsafe old[position]
      let lap = window.geometry.place(sparse.index).lap
      unsafe blockSlice(sparse.index, window, heap: &heap).pointee = sparse.slice.moved(toLap: lap)
    }
    if let start = old.baseAddress {
      unsafe heap.free(start, sparseBytes(Int(header.pointee.sparseCapacity)))
    }
    unsafe header.pointee.sparseCount = 0
    unsafe header.pointee.sparseCapacity = 0
  }

  /// Forgets the slices outside `range`; answers the newest that is left, or -1.
  func keepSparse(_ range: Range<Int64>) -> Int64 {
    let slices = unsafe sparseSlices
    var newest: Int64 = -1
    var kept = 0
    for position in slices.indices where unsafe range.contains(slices[position].index) {
      unsafe slices[kept] = slices[position]
      unsafe newest = max(newest, slices[kept].index)
      kept += 1
    }
    unsafe header.pointee.sparseCount = UInt8(kept)
    return newest
  }
}
