// SPDX-License-Identifier: Apache-2.0

/// Reading: tens of combines, whatever the window.
extension Series {
  /// The statistics of these slices. O(blocks + slices of two blocks) when few blocks were written
  /// since the last time; else O(slices).
  func tally(_ range: ClosedRange<Int64>, _ window: Window) -> Tally {
    var tally = Tally()
    if unsafe header.pointee.isSparse {
      let slices = unsafe sparseSlices
      for position in 0..<slices.count where unsafe range.contains(slices[position].index) {
        unsafe tally.add(slices[position].slice)
      }
    } else {
      unsafe tallyBlocks(range, window.geometry, into: &tally)
    }
    if unsafe range.contains(header.pointee.openIndex) {
      unsafe tally.add(compensation: header.pointee.compensation)
    }
    return tally
  }

  /// The infinities of these slices.
  func infinities(_ range: ClosedRange<Int64>) -> (positive: Int64, negative: Int64) {
    unsafe header.pointee.infinities?.counts(range) ?? (0, 0)
  }

  private func tallyBlocks(
    _ range: ClosedRange<Int64>, _ geometry: WindowGeometry, into tally: inout Tally
  ) {
    let size = Int64(geometry.blockSlices)
    let newest = unsafe header.pointee.newestIndex
    let last = min(range.upperBound, newest)
    guard range.lowerBound <= last else { return }
    let directory = unsafe blocks(geometry)
    let first = range.lowerBound / size
    var (lap, block) = first.quotientAndRemainder(dividingBy: Int64(geometry.blocks))
    for index in first...(last / size) {
      if block == geometry.blocks { (block, lap) = (0, lap + 1) }
      let start = index * size
      let cut = Int(max(range.lowerBound - start, 0))..<Int(min(size, last - start + 1))
      // Slices of a whole block, or all there are of the newest.
      if cut.lowerBound == 0 && (cut.count == geometry.blockSlices || last == newest) {
        unsafe tallyWhole(&directory[Int(block)], Int(block), index, lap, geometry, into: &tally)
      } else {
        unsafe tallySlices(directory[Int(block)], cut, lap: lap, into: &tally)
      }
      block += 1
    }
  }

  /// Adds a super-slice, from its cache if nothing was written since.
  @inline(__always)
  private func tallyWhole(
    _ block: inout Block, _ number: Int, _ index: Int64, _ lap: Int64, _ geometry: WindowGeometry,
    into tally: inout Tally
  ) {
    let bit: UInt64 = 1 &<< UInt64(number)
    let size = Int64(geometry.blockSlices)
    if unsafe block.cachedIndex != index || header.pointee.staleBlocks & bit != 0 {
      var fresh = Tally()
      let end = unsafe min(size, header.pointee.newestIndex - index * size + 1)
      unsafe tallySlices(block, 0..<Int(end), lap: lap, into: &fresh)
      unsafe block.cached = fresh
      unsafe block.cachedIndex = index
      let isOpen = unsafe header.pointee.openIndex >= 0 && header.pointee.openBlock == number
      if !isOpen { unsafe header.pointee.staleBlocks &= ~bit }
    }
    unsafe tally.add(block.cached)
  }

  private func tallySlices(
    _ block: Block, _ range: Range<Int>, lap: Int64, into tally: inout Tally
  ) {
    guard let slices = unsafe block.slices else { return }
    for position in range {
      let slice = unsafe slices + position
      if unsafe slice.pointee.holds(lap: UInt64(lap)) { unsafe tally.add(slice.pointee) }
    }
  }
}

/// Pulling near what a tally will read: each answers something to be summed into what is kept.
extension Series {
  /// The directory of blocks, or the list of slices.
  func touchStorage(_ geometry: WindowGeometry) -> UInt64 {
    guard let storage = unsafe header.pointee.storage else { return 0 }
    let bytes =
      unsafe header.pointee.isSparse
      ? sparseBytes(Int(header.pointee.sparseCapacity))
      : geometry.blocks * MemoryLayout<Block>.stride
    return unsafe Series.touch(storage, bytes)
  }

  /// The slices of the oldest and the newest block; call it after ``touchStorage(_:)``.
  func touchEdges(_ range: ClosedRange<Int64>, _ geometry: WindowGeometry) -> UInt64 {
    guard unsafe !header.pointee.isSparse else { return 0 }
    let oldest = geometry.place(range.lowerBound)
    let last = unsafe min(range.upperBound, header.pointee.newestIndex)
    let newest = geometry.place(max(range.lowerBound, last))
    let directory = unsafe blocks(geometry)
    var sum: UInt64 = 0
    let stride = MemoryLayout<Slice>.stride
    if let slices = unsafe directory[oldest.block].slices {
      let bytes = (geometry.blockSlices - oldest.offset) * stride
      unsafe sum &+= Series.touch(UnsafeMutableRawPointer(slices + oldest.offset), bytes)
    }
    if let slices = unsafe directory[newest.block].slices {
      unsafe sum &+= Series.touch(UnsafeMutableRawPointer(slices), (newest.offset + 1) * stride)
    }
    return sum
  }

  /// The places of histograms, or the list of their values.
  func touchHistograms(_ groups: ClosedRange<Int64>, _ geometry: WindowGeometry) -> UInt64 {
    guard let start = unsafe header.pointee.histograms else { return 0 }
    if unsafe header.pointee.histogramStage == .ring {
      return unsafe Series.touch(start, geometry.groupSlots * MemoryLayout<Int>.stride)
    }
    let values = unsafe Int(header.pointee.listedCount)
    return unsafe Series.touch(start, HistogramList.bytes(values: values))
  }

  /// The histograms; call it after ``touchHistograms(_:_:)``.
  func touchRecords(_ groups: ClosedRange<Int64>, _ geometry: WindowGeometry) -> UInt64 {
    var sum: UInt64 = 0
    unsafe forEachHistogram(groups, geometry) { _, _ in
    } record: { _, record in
      let bytes = unsafe record.usedBytes
      unsafe sum &+= Series.touch(UnsafeMutableRawPointer(record.head), bytes)
    }
    return sum
  }

  private static func touch(_ start: UnsafeMutableRawPointer, _ bytes: Int) -> UInt64 {
    var sum: UInt64 = 0
    var offset = 0
    while offset < bytes {
      unsafe sum &+= (start + offset).load(as: UInt64.self)
      offset += 64
    }
    return sum
  }
}
