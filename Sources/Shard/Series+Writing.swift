// SPDX-License-Identifier: Apache-2.0

/// Writing: the hot path is one comparison and one slice.
extension Series {
  /// Adds a finite value to a live slice and to the histogram of its group. O(1) when the slice is
  /// open or the series has blocks; else O(``ShardLimits/sparseSlicesMax``).
  ///
  /// - Parameter code: the value's bucket.
  @inline(__always)
  func add(
    _ value: Double, _ code: BucketCode, slice index: Int64, _ window: Window, heap: inout Heap
  ) {
    if unsafe header.pointee.openIndex != index {
      unsafe open(index, window, heap: &heap)
    }
    guard let slice = unsafe header.pointee.openSlice else { fatalError("no slice is open") }
    unsafe slice.pointee.add(value, compensation: &header.pointee.compensation)
    guard unsafe header.pointee.histogramStage != .off else { return }
    if unsafe !countOpen(code) { unsafe count(code, slice: index, window, heap: &heap) }
  }

  /// Adds finite values of one live slice, in their order, as so many single ones would be; what
  /// is the slice's stays in registers meanwhile. O(rows) under the same condition.
  ///
  /// - Parameter codes: the values' buckets.
  func add(
    _ batch: PointColumns, _ rows: Range<Int>, _ codes: UnsafePointer<BucketCode>,
    slice index: Int64, _ window: Window, heap: inout Heap
  ) {
    if unsafe header.pointee.openIndex != index {
      unsafe open(index, window, heap: &heap)
    }
    guard let open = unsafe header.pointee.openSlice else { fatalError("no slice is open") }
    let values = unsafe UnsafeBufferPointer(
      start: batch.values + rows.lowerBound, count: rows.count)
    unsafe open.pointee.add(values, compensation: &header.pointee.compensation)
    var sightings = unsafe header.pointee.sightings
    for row in rows {
      unsafe sightings.add(batch.values[row], time: batch.times[row], kind: batch.kinds[row])
    }
    unsafe header.pointee.sightings = sightings
    guard unsafe header.pointee.histogramStage != .off else { return }
    for place in 0..<rows.count {
      let code = unsafe codes[place]
      if unsafe !countOpen(code) { unsafe count(code, slice: index, window, heap: &heap) }
    }
  }

  /// Remembers a point, finite or not, whose slice has been written.
  @inline(__always)
  func note(_ value: Double, time: Int64, kind: UInt8) {
    unsafe header.pointee.sightings.add(value, time: time, kind: kind)
  }

  /// Counts an infinity in a live slice.
  func addInfinity(_ value: Double, slice index: Int64, _ window: Window, heap: inout Heap) {
    assert(value.isInfinite)
    let counts: (Int64, Int64) = value > 0 ? (1, 0) : (0, 1)
    unsafe logInfinities(counts, slice: index, window, heap: &heap)
  }

  /// Counts infinities in a live slice.
  func logInfinities(
    _ counts: (positive: Int64, negative: Int64), slice index: Int64, _ window: Window,
    heap: inout Heap
  ) {
    unsafe noteWrite(index, window, heap: &heap)
    let log: InfinityLog
    if let existing = unsafe header.pointee.infinities {
      log = existing
    } else {
      log = InfinityLog()
      unsafe header.pointee.infinities = log
      heap.count(log.bytes)
    }
    let before = log.bytes
    log.add(counts, slice: index, firstLive: window.first)
    heap.count(log.bytes - before)
  }

  /// Makes a live slice the open one.
  func open(_ index: Int64, _ window: Window, heap: inout Heap) {
    assert(index >= window.first && index <= window.last, "slice is not live")
    unsafe close()
    unsafe noteWrite(index, window, heap: &heap)
    var slice: UnsafeMutablePointer<Slice>? = nil
    if unsafe header.pointee.isSparse {
      unsafe slice = unsafe sparseSlice(index, window, heap: &heap)
    }
    unsafe header.pointee.openSlice = unsafe slice ?? blockSlice(index, window, heap: &heap)
    unsafe header.pointee.openIndex = index
    if let open = unsafe header.pointee.openHistogram,
      unsafe open.pointee.group != window.geometry.group(index)
    {
      unsafe closeHistogram()
    }
  }

  /// Folds the open slice's rounding error into it; none is open then.
  func close() {
    guard let slice = unsafe header.pointee.openSlice else { return }
    unsafe slice.pointee.fold(header.pointee.compensation)
    unsafe header.pointee.compensation = 0
    unsafe header.pointee.staleBlocks |= 1 << UInt64(header.pointee.openBlock)
    unsafe header.pointee.openSlice = nil
    unsafe header.pointee.openIndex = -1
  }

  /// A series that wakes after a window starts anew, small.
  private func noteWrite(_ index: Int64, _ window: Window, heap: inout Heap) {
    if unsafe isEmpty(window) {
      unsafe releaseSlices(geometry: window.geometry, heap: &heap)
    }
    if unsafe header.pointee.newestIndex < index { unsafe header.pointee.newestIndex = index }
  }

  /// Gives back all but the record.
  func releaseSlices(geometry: WindowGeometry, heap: inout Heap) {
    if let storage = unsafe header.pointee.storage {
      if unsafe header.pointee.isSparse {
        unsafe heap.free(storage, sparseBytes(Int(header.pointee.sparseCapacity)))
      } else {
        unsafe freeBlocks(storage, geometry: geometry, heap: &heap)
      }
    }
    if let log = unsafe header.pointee.infinities { heap.count(-log.bytes) }
    unsafe releaseHistograms(geometry: geometry, heap: &heap)
    unsafe header.pointee = unsafe Header(
      histogramStage: header.pointee.histogramStage, nameLength: header.pointee.nameLength)
  }
}
