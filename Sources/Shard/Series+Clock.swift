// SPDX-License-Identifier: Apache-2.0

extension Series {
  /// Forgets the slices outside `range`; `last` is the newest that may have been written until
  /// now. For a clock that was set back. O(slices).
  func keep(
    _ range: Range<Int64>, last: Int64, _ geometry: WindowGeometry, heap: inout Heap
  ) {
    unsafe close()
    var newest: Int64
    if unsafe header.pointee.isSparse {
      newest = unsafe keepSparse(range)
    } else {
      newest = unsafe keepBlocks(range, last: last, geometry)
    }
    if let log = unsafe header.pointee.infinities {
      let before = log.bytes
      newest = max(newest, log.keep(range))
      heap.count(log.bytes - before)
    }
    unsafe header.pointee.newestIndex = newest
  }
}
