// SPDX-License-Identifier: Apache-2.0

/// How a series keeps its histograms.
enum HistogramStage: UInt8 {
  /// Not at all.
  case off
  /// Its values are few: a ``HistogramList`` of their buckets, or nothing yet.
  case list
  /// A ``HistogramRing``: one record for each group of slices.
  case ring
}

/// The histograms of one series by group of slices, allocated as they are first written. An expired
/// one is recognised by its group, and used again.
///
/// A handle; the series owns the ring, and the ring its records.
@unsafe
struct HistogramRing {
  typealias Slot = UnsafeMutablePointer<HistogramRecord.Head>?

  let start: UnsafeMutablePointer<Slot>

  /// A ring without records.
  init(_ geometry: WindowGeometry, heap: inout Heap) {
    let bytes = HistogramRing.bytes(geometry)
    unsafe start = unsafe heap.allocate(bytes)
      .bindMemory(to: Slot.self, capacity: geometry.groupSlots)
    unsafe start.initialize(repeating: nil, count: geometry.groupSlots)
  }

  init(_ start: UnsafeMutableRawPointer) {
    unsafe self.start = unsafe start.assumingMemoryBound(to: Slot.self)
  }

  @safe
  private static func bytes(_ geometry: WindowGeometry) -> Int {
    geometry.groupSlots * MemoryLayout<Int>.stride
  }

  func free(_ geometry: WindowGeometry, heap: inout Heap) {
    for place in 0..<geometry.groupSlots { unsafe remove(place, heap: &heap) }
    unsafe heap.free(UnsafeMutableRawPointer(start), HistogramRing.bytes(geometry))
  }

  /// The record of a group; nil: nothing of it was written.
  func record(_ group: Int64, _ geometry: WindowGeometry) -> HistogramRecord? {
    guard group >= 0, let head = unsafe start[geometry.groupSlot(group)],
      unsafe head.pointee.group == group
    else { return nil }
    return unsafe HistogramRecord(head)
  }

  /// Visits the records of these groups, oldest first.
  @inline(__always)
  func forEach(
    _ groups: ClosedRange<Int64>, _ geometry: WindowGeometry,
    _ body: (_ group: Int64, HistogramRecord) -> Void
  ) {
    let places = geometry.groupSlots
    // One division for all of them.
    var place = geometry.groupSlot(max(0, groups.lowerBound))
    var group = max(0, groups.lowerBound)
    while group <= groups.upperBound {
      if let head = unsafe start[place], unsafe head.pointee.group == group {
        unsafe body(group, HistogramRecord(head))
      }
      group += 1
      place = place + 1 == places ? 0 : place + 1
    }
  }

  /// The record of a group to write into: an expired one in its place is emptied for it.
  ///
  /// - Parameter model: another record, whose layout a new one takes over.
  func writable(
    _ group: Int64, like model: Slot, _ geometry: WindowGeometry, heap: inout Heap
  ) -> HistogramRecord {
    if let head = unsafe start[geometry.groupSlot(group)] {
      let record = unsafe HistogramRecord(head)
      if unsafe head.pointee.group != group { unsafe record.reset(group: group) }
      return unsafe record
    }
    let record: HistogramRecord
    if let model = unsafe model {
      unsafe record = unsafe HistogramRecord(
        group: group, like: HistogramRecord(model), heap: &heap)
    } else {
      unsafe record = unsafe HistogramRecord(group: group, heap: &heap)
    }
    unsafe put(record, geometry)
    return unsafe record
  }

  /// The record of a group is this one from now on.
  func put(_ record: HistogramRecord, _ geometry: WindowGeometry) {
    unsafe start[geometry.groupSlot(record.head.pointee.group)] = unsafe record.head
  }

  /// Frees the records of other groups.
  func keep(_ groups: ClosedRange<Int64>, _ geometry: WindowGeometry, heap: inout Heap) {
    for place in 0..<geometry.groupSlots {
      guard let head = unsafe start[place] else { continue }
      if unsafe !groups.contains(head.pointee.group) { unsafe remove(place, heap: &heap) }
    }
  }

  private func remove(_ place: Int, heap: inout Heap) {
    guard let head = unsafe start[place] else { return }
    unsafe HistogramRecord(head).free(heap: &heap)
    unsafe start[place] = nil
  }
}
