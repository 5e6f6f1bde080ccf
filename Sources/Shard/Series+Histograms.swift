// SPDX-License-Identifier: Apache-2.0

/// Histograms: one for each group of slices, see ``WindowGeometry/group(_:)``.
extension Series {
  /// Counts a value of the open slice, if it has a counter in the open histogram that is wide
  /// enough: two comparisons and one increment.
  @inline(__always)
  func countOpen(_ code: BucketCode) -> Bool {
    guard let counter = unsafe openCounter(code) else { return false }
    switch unsafe header.pointee.histogramWidth {
    case 0: return unsafe Series.increment(counter, as: UInt8.self)
    case 1: return unsafe Series.increment(counter, as: UInt16.self)
    case 2: return unsafe Series.increment(counter, as: UInt32.self)
    default: return unsafe Series.increment(counter, as: UInt64.self)
    }
  }

  /// False when the counter is too narrow.
  @inline(__always)
  private static func increment<Counter: FixedWidthInteger & BitwiseCopyable>(
    _ counter: UnsafeMutableRawPointer, as: Counter.Type
  ) -> Bool {
    let typed = unsafe counter.assumingMemoryBound(to: Counter.self)
    let (count, overflow) = unsafe typed.pointee.addingReportingOverflow(1)
    guard !overflow else { return false }
    unsafe typed.pointee = count
    return true
  }

  /// Pulls near what ``countOpen(_:)`` will need, to be summed into what is kept.
  @inline(__always)
  func touchCounter(_ code: BucketCode) -> UInt64 {
    guard let counter = unsafe openCounter(code) else { return 0 }
    return unsafe UInt64(counter.load(as: UInt8.self))
  }

  @inline(__always)
  private func openCounter(_ code: BucketCode) -> UnsafeMutableRawPointer? {
    let bucket = unsafe code.number &>> Int32(header.pointee.histogramShift)
    let place = unsafe UInt32(bitPattern: bucket &- header.pointee.histogramBase)
    guard unsafe place < UInt32(header.pointee.histogramSlots),
      let record = unsafe header.pointee.openHistogram
    else { return nil }
    let counters = unsafe UnsafeMutableRawPointer(record) + HistogramRecord.countersOffset
    return unsafe counters + Int(place) &<< Int(header.pointee.histogramWidth)
  }

  /// Counts a value of a live slice, whatever that takes. O(1), mostly.
  @inline(never)
  func count(_ code: BucketCode, slice index: Int64, _ window: Window, heap: inout Heap) {
    switch unsafe header.pointee.histogramStage {
    case .off: break
    case .list: unsafe list(code, group: window.geometry.group(index), window, heap: &heap)
    case .ring:
      let record = unsafe openRecord(slice: index, window, heap: &heap)
      unsafe keepOpen(record.add(code, heap: &heap), window.geometry)
    }
  }

  /// Adds the values of another histogram to that of a group.
  func fold(_ histogram: Histogram, group: Int64, _ window: Window, heap: inout Heap) {
    guard unsafe header.pointee.histogramStage != .off, !histogram.isEmpty else { return }
    if unsafe header.pointee.histogramStage == .list { unsafe becomeRing(window, heap: &heap) }
    unsafe closeHistogram()
    let ring = unsafe self.ring
    let record = unsafe ring.writable(group, like: nil, window.geometry, heap: &heap)
    unsafe ring.put(record.add(histogram, heap: &heap), window.geometry)
  }

  /// The next value looks its histogram up.
  func closeHistogram() {
    unsafe header.pointee.openHistogram = nil
    unsafe header.pointee.histogramSlots = 0
  }

  /// Forgets the histograms of other groups.
  func keepHistograms(
    _ groups: ClosedRange<Int64>, _ geometry: WindowGeometry, heap: inout Heap
  ) {
    unsafe closeHistogram()
    guard unsafe header.pointee.histograms != nil else { return }
    if unsafe header.pointee.histogramStage == .ring {
      unsafe ring.keep(groups, geometry, heap: &heap)
    } else {
      var list = unsafe self.list
      unsafe list.keep(groups)
      unsafe header.pointee.listedCount = UInt8(list.count)
    }
  }

  /// Gives all histograms back; the series keeps a list again, or none.
  func releaseHistograms(geometry: WindowGeometry, heap: inout Heap) {
    unsafe closeHistogram()
    if unsafe header.pointee.histograms != nil {
      if unsafe header.pointee.histogramStage == .ring {
        unsafe ring.free(geometry, heap: &heap)
      } else {
        unsafe list.free(heap: &heap)
      }
    }
    unsafe header.pointee.histograms = nil
    if unsafe header.pointee.histogramStage == .ring {
      unsafe header.pointee.histogramStage = .list
    }
  }

  /// Visits what is kept of the groups, in no order: values of one bucket, or a record.
  @inline(__always)
  func forEachHistogram(
    _ groups: ClosedRange<Int64>, _ geometry: WindowGeometry,
    listed: (_ group: Int64, BucketCode) -> Void, record: (_ group: Int64, HistogramRecord) -> Void
  ) {
    guard unsafe header.pointee.histograms != nil else { return }
    if unsafe header.pointee.histogramStage == .ring {
      unsafe ring.forEach(groups, geometry, record)
    } else {
      let list = unsafe self.list
      for position in 0..<list.count {
        let entry = unsafe list[position]
        if groups.contains(entry.group) { listed(entry.group, entry.code) }
      }
    }
  }

  private func list(_ code: BucketCode, group: Int64, _ window: Window, heap: inout Heap) {
    var list = unsafe header.pointee.histograms == nil ? HistogramList(heap: &heap) : self.list
    unsafe header.pointee.histograms = unsafe list.start
    let live = window.geometry.group(window.first)...window.geometry.group(window.last)
    let isTaken = unsafe list.append(code, group: group, live: live)
    unsafe header.pointee.listedCount = UInt8(list.count)
    guard !isTaken else { return }
    unsafe becomeRing(window, heap: &heap)
    let record = unsafe ring.writable(group, like: nil, window.geometry, heap: &heap)
    unsafe keepOpen(record.add(code, heap: &heap), window.geometry)
  }

  private func becomeRing(_ window: Window, heap: inout Heap) {
    let ring = unsafe HistogramRing(window.geometry, heap: &heap)
    if unsafe header.pointee.histograms != nil {
      var list = unsafe self.list
      let live = window.geometry.group(window.first)...window.geometry.group(window.last)
      unsafe list.keep(live)
      for position in 0..<list.count {
        let (code, group) = unsafe list[position]
        let record = unsafe ring.writable(group, like: nil, window.geometry, heap: &heap)
        unsafe ring.put(record.add(code, heap: &heap), window.geometry)
      }
      unsafe list.free(heap: &heap)
    }
    unsafe header.pointee.histograms = UnsafeMutableRawPointer(ring.start)
    unsafe header.pointee.histogramStage = .ring
    unsafe header.pointee.listedCount = 0
  }

  /// The record of the open slice's group, which becomes the open one.
  private func openRecord(
    slice index: Int64, _ window: Window, heap: inout Heap
  ) -> HistogramRecord {
    if let open = unsafe header.pointee.openHistogram { return unsafe HistogramRecord(open) }
    let geometry = window.geometry
    let group = geometry.group(index)
    // Values are mostly where they were before.
    let model = unsafe ring.record(group - 1, geometry)
    return unsafe ring.writable(group, like: model?.head, geometry, heap: &heap)
  }

  /// Keeps a record, and at hand what its head says.
  private func keepOpen(_ record: HistogramRecord, _ geometry: WindowGeometry) {
    unsafe ring.put(record, geometry)
    let head = unsafe record.head.pointee
    unsafe header.pointee.openHistogram = unsafe record.head
    unsafe header.pointee.histogramBase = head.positive.base
    unsafe header.pointee.histogramShift = head.shift
    unsafe header.pointee.histogramSlots = head.positive.slots
    unsafe header.pointee.histogramWidth = head.width
  }

  private var list: HistogramList {
    guard let start = unsafe header.pointee.histograms else { fatalError("there is no list") }
    return unsafe HistogramList(start, count: Int(header.pointee.listedCount))
  }

  private var ring: HistogramRing {
    guard let start = unsafe header.pointee.histograms else { fatalError("there is no ring") }
    return unsafe HistogramRing(start)
  }
}
