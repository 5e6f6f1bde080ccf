// SPDX-License-Identifier: Apache-2.0

/// A run of slots of a series' ring, and the super-slice over it.
@unsafe
struct Block {
  /// Nil: never written.
  var slices: UnsafeMutablePointer<Slice>?
  /// Which super-slice `cached` is of; -1: none.
  var cachedIndex: Int64
  /// All slices of that super-slice together, unless the header says the block is stale.
  var cached: Tally

  /// What a block of so many slices takes, with its place in the directory.
  static func allocatedBytes(slices: Int) -> Int {
    unsafe MemoryLayout<Block>.stride + Heap.chunkBytes(slices * MemoryLayout<Slice>.stride)
  }
}

/// The second stage: a ring of slices, in blocks that are allocated when first written.
extension Series {
  /// The directory; only of a series that is not sparse.
  func blocks(_ geometry: WindowGeometry) -> UnsafeMutableBufferPointer<Block> {
    unsafe UnsafeMutableBufferPointer(
      start: header.pointee.storage?.assumingMemoryBound(to: Block.self), count: geometry.blocks)
  }

  func emptyBlocks(_ geometry: WindowGeometry, heap: inout Heap) -> UnsafeMutableRawPointer {
    let directory = unsafe heap.allocate(geometry.blocks * MemoryLayout<Block>.stride)
    unsafe directory.initializeMemory(
      as: Block.self, repeating: Block(slices: nil, cachedIndex: -1, cached: Tally()),
      count: geometry.blocks)
    return unsafe directory
  }

  func freeBlocks(
    _ directory: UnsafeMutableRawPointer, geometry: WindowGeometry, heap: inout Heap
  ) {
    for block in 0..<geometry.blocks {
      guard let slices = unsafe blocks(geometry)[block].slices else { continue }
      unsafe heap.free(slices, geometry.blockSlices * MemoryLayout<Slice>.stride)
    }
    unsafe heap.free(directory, geometry.blocks * MemoryLayout<Block>.stride)
  }

  /// The slice `index`, emptied when its slot held an older lap. O(1).
  func blockSlice(
    _ index: Int64, _ window: Window, heap: inout Heap
  ) -> UnsafeMutablePointer<Slice> {
    let (block, offset, lap) = window.geometry.place(index)
    unsafe header.pointee.openBlock = UInt8(block)
    unsafe header.pointee.staleBlocks |= 1 << UInt64(block)
    let directory = unsafe blocks(window.geometry)
    let slices =
      unsafe directory[block].slices ?? newBlock(&directory[block], window.geometry, heap: &heap)
    let slice = unsafe slices + offset
    if unsafe !slice.pointee.holds(lap: lap) { unsafe slice.pointee = Slice(lap: lap) }
    return unsafe slice
  }

  private func newBlock(
    _ block: inout Block, _ geometry: WindowGeometry, heap: inout Heap
  ) -> UnsafeMutablePointer<Slice> {
    let slices = unsafe heap.allocate(geometry.blockSlices * MemoryLayout<Slice>.stride)
      .bindMemory(to: Slice.self, capacity: geometry.blockSlices)
    unsafe slices.initialize(repeating: Slice(lap: 0), count: geometry.blockSlices)
    unsafe block.slices = unsafe slices
    return unsafe slices
  }

  /// Forgets the slices outside `range`; `last` is the newest slice that may have been written
  /// until now. Answers the newest that is left, or -1.
  func keepBlocks(_ range: Range<Int64>, last: Int64, _ geometry: WindowGeometry) -> Int64 {
    var newest: Int64 = -1
    let directory = unsafe blocks(geometry)
    for index in max(0, last - Int64(geometry.slots) + 1)...last {
      let (block, offset, lap) = geometry.place(index)
      guard let slice = unsafe directory[block].slices.map({ unsafe $0 + offset }) else { continue }
      if unsafe range.contains(index) && slice.pointee.holds(lap: lap) {
        newest = index
      } else {
        unsafe slice.pointee.clear()
      }
      unsafe directory[block].cachedIndex = -1
    }
    return newest
  }
}
