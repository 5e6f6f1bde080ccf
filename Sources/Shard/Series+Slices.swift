// SPDX-License-Identifier: Apache-2.0

/// Whole slices out of a series and into one.
extension Series {
  /// Appends the live slices and the histograms of their groups to the latest series of `batch`,
  /// oldest first. O(slices).
  ///
  /// The open slice is closed first: its rounding error goes into its sum.
  func exportSlices(_ window: Window, into batch: inout SliceBatch) {
    unsafe close()
    let finite = unsafe liveSlices(window)
    let infinite = unsafe header.pointee.infinities?.entries(from: window.first) ?? []
    let resolution = window.geometry.shape.resolutionSeconds
    var (left, right) = (0, 0)
    while left < finite.count || right < infinite.count {
      let index = min(
        left < finite.count ? finite[left].index : .max,
        right < infinite.count ? infinite[right].index : .max)
      var summary = SeriesSummary()
      if left < finite.count, finite[left].index == index {
        summary = finite[left].slice.summary
        left += 1
      }
      if right < infinite.count, infinite[right].index == index {
        summary.positiveInfinities = infinite[right].positive
        summary.negativeInfinities = infinite[right].negative
        right += 1
      }
      batch.appendSlice(start: index * resolution, summary)
    }
    unsafe exportHistograms(window, into: &batch)
  }

  private func exportHistograms(_ window: Window, into batch: inout SliceBatch) {
    let geometry = window.geometry
    let groups = geometry.group(window.first)...geometry.group(window.last)
    var found: [Int64: Histogram] = [:]
    unsafe forEachHistogram(groups, geometry) { group, code in
      found[group, default: Histogram()].merge(code.histogram)
    } record: { group, record in
      found[group] = unsafe record.histogram
    }
    for (group, histogram) in found.sorted(by: { $0.key < $1.key }) {
      batch.appendHistogram(start: geometry.groupStart(group), histogram)
    }
  }

  /// Live slices with finite values, oldest first.
  private func liveSlices(_ window: Window) -> [SparseSlice] {
    if unsafe header.pointee.isSparse {
      let slices = unsafe sparseSlices.filter { $0.index >= window.first && $0.slice.count > 0 }
      return slices.sorted { $0.index < $1.index }
    }
    let geometry = window.geometry
    let newest = unsafe min(header.pointee.newestIndex, window.last)
    var found: [SparseSlice] = []
    var index = window.first
    while index <= newest {
      let (block, offset, lap) = geometry.place(index)
      guard let slices = unsafe blocks(geometry)[block].slices else {
        index += Int64(geometry.blockSlices - offset)
        continue
      }
      let slice = unsafe slices[offset]
      if slice.holds(lap: lap) { found.append(SparseSlice(slice: slice, index: index)) }
      index += 1
    }
    return found
  }

  /// Adds another slice's statistics to a live slice, or answers false when it would count more
  /// points than it can.
  func fold(_ other: SeriesSummary, slice index: Int64, _ window: Window, heap: inout Heap) -> Bool
  {
    if other.count > 0 {
      if unsafe header.pointee.openIndex != index {
        unsafe open(index, window, heap: &heap)
      }
      guard let slice = unsafe header.pointee.openSlice else { fatalError("no slice is open") }
      guard other.count <= Slice.countMax,
        unsafe slice.pointee.count <= Slice.countMax - other.count
      else { return false }
      unsafe slice.pointee.add(other, compensation: &header.pointee.compensation)
    }
    if other.positiveInfinities > 0 || other.negativeInfinities > 0 {
      unsafe logInfinities(
        (other.positiveInfinities, other.negativeInfinities), slice: index, window, heap: &heap)
    }
    return true
  }
}
