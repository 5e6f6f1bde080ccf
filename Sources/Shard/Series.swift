// SPDX-License-Identifier: Apache-2.0
internal import Proto

/// One series: a record of a 120-byte header and the name behind it, and the slices and histograms
/// it points to.
///
/// This is a handle; the table that made it owns the record and frees it once. A series begins
/// *sparse* (a short list of slices) and, when the list is full, gets *blocks*: a directory of
/// blocks of slices, allocated as they are first written. Indices are of slices of absolute time,
/// see ``WindowGeometry``. Its histograms have stages of their own, see ``HistogramStage``.
@unsafe
struct Series {
  @unsafe
  struct Header {
    // Seldom used first: the fields that each point needs lie next to the name, in its line.

    /// Newest slice ever written; -1: none. Older than the window: the series is empty.
    var newestIndex: Int64 = -1
    /// `SparseSlice`s or `Block`s.
    var storage: UnsafeMutableRawPointer?
    var infinities: InfinityLog?
    /// Blocks written since their super-slice was computed. The open block counts as written.
    var staleBlocks: UInt64 = 0
    /// A ``HistogramList`` or a ``HistogramRing``.
    var histograms: UnsafeMutableRawPointer?
    /// The histogram that was written last; nil: look it up.
    var openHistogram: UnsafeMutablePointer<HistogramRecord.Head>?
    /// Where the slice `openIndex` lies: the one written last.
    var openSlice: UnsafeMutablePointer<Slice>?
    /// -1: none is open.
    var openIndex: Int64 = -1
    /// What the open slice's sum has lost by rounding.
    var compensation: Double = 0
    var sightings = Sightings()
    // What the open histogram's head says.
    var histogramShift: UInt8 = 0
    /// 0: none is open.
    var histogramSlots: UInt8 = 0
    var histogramWidth: UInt8 = 0
    var histogramStage: HistogramStage
    var histogramBase: Int32 = 0
    var nameLength: UInt16
    var isSparse = true
    var sparseCount: UInt8 = 0
    var sparseCapacity: UInt8 = 0
    var openBlock: UInt8 = 0
    /// Values in a ``HistogramList``.
    var listedCount: UInt8 = 0
  }

  let header: UnsafeMutablePointer<Header>

  private static let nameOffset = unsafe MemoryLayout<Header>.stride

  /// A new, empty series; the name is padded to words with zeros, as in a ``PointColumns``.
  init(name: UnsafeRawPointer, length: Int, keepsHistograms: Bool, heap: inout Heap) {
    let padded = (length + 7) & ~7
    let record = unsafe heap.allocate(Series.nameOffset + padded)
    unsafe header = record.bindMemory(to: Header.self, capacity: 1)
    unsafe header.initialize(
      to: Header(histogramStage: keepsHistograms ? .list : .off, nameLength: UInt16(length)))
    unsafe (record + Series.nameOffset).copyMemory(from: name, byteCount: padded)
  }

  init(_ header: UnsafeMutablePointer<Header>) {
    unsafe self.header = unsafe header
  }

  /// Frees the record and all slices.
  func destroy(geometry: WindowGeometry, heap: inout Heap) {
    unsafe releaseSlices(geometry: geometry, heap: &heap)
    let padded = unsafe (Int(header.pointee.nameLength) + 7) & ~7
    unsafe header.deinitialize(count: 1)
    unsafe heap.free(UnsafeMutableRawPointer(header), Series.nameOffset + padded)
  }

  var name: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(
      start: UnsafeRawPointer(header) + Series.nameOffset, count: Int(header.pointee.nameLength))
  }

  /// Has labels. O(name).
  var isLabelled: Bool { unsafe SeriesKey.nameEnd(name.bytes, 0..<name.count) < name.count }

  /// Compares by words: both names are padded with zeros.
  @inline(__always)
  func isNamed(_ other: UnsafeRawPointer, length: Int) -> Bool {
    guard unsafe Int(header.pointee.nameLength) == length else { return false }
    let own = unsafe UnsafeRawPointer(header) + Series.nameOffset
    var offset = 0
    while offset < length {
      let word = unsafe own.load(fromByteOffset: offset, as: UInt64.self)
      if unsafe word != other.load(fromByteOffset: offset, as: UInt64.self) { return false }
      offset += 8
    }
    return true
  }

  /// Has nothing in the window.
  func isEmpty(_ window: Window) -> Bool {
    unsafe header.pointee.newestIndex < window.first
  }

  /// Pulls near what a point needs of the record; bytes to be summed into what is kept.
  @inline(__always)
  func touch() -> UInt64 {
    let length = unsafe Int(header.pointee.nameLength)
    let end = unsafe UnsafeRawPointer(header) + Series.nameOffset + ((length - 1) & ~7)
    let open = unsafe UInt64(truncatingIfNeeded: header.pointee.openIndex)
    return unsafe end.load(as: UInt64.self) &+ open
  }
}
