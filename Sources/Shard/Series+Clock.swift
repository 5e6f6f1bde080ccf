// SPDX-License-Identifier: Apache-2.0

extension Series {
  /// Forgets the slices outside `range` and the histograms of groups that are wholly outside;
  /// `last` is the newest slice that may have been written until now. For a clock that was set
  /// back. O(slices).
  ///
  /// When the latest point is forgotten, it is not known which is the latest of those left: none
  /// is, until the next point.
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
    if unsafe header.pointee.sightings.lastSeen >= geometry.start(range.upperBound) {
      unsafe header.pointee.sightings.forgetLast()
    }
    if !range.isEmpty {
      let groups = geometry.group(range.lowerBound)...geometry.group(range.upperBound - 1)
      unsafe keepHistograms(groups, geometry, heap: &heap)
    }
  }
}
