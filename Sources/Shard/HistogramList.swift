// SPDX-License-Identifier: Apache-2.0

/// The buckets of few values, one by one, with their groups of slices: what a series keeps before
/// it gets histograms. In one piece of memory of the least size; its series knows how many.
///
/// A handle; the series owns the memory.
@unsafe
struct HistogramList {
  /// Groups are kept in 14 bits, as differences from `base`.
  private struct Head {
    var base: Int64
  }

  @safe private static let groupBits: UInt32 = 14
  @safe private static let entriesOffset = MemoryLayout<Head>.stride
  @safe static let bytes = bytes(values: ShardLimits.listedBucketsMax)

  /// What so many values take.
  @safe
  static func bytes(values: Int) -> Int {
    entriesOffset + values * MemoryLayout<UInt32>.stride
  }

  let start: UnsafeMutableRawPointer
  @safe private(set) var count: Int

  /// An empty list.
  init(heap: inout Heap) {
    unsafe start = unsafe heap.allocate(HistogramList.bytes)
    count = 0
  }

  init(_ start: UnsafeMutableRawPointer, count: Int) {
    unsafe self.start = unsafe start
    self.count = count
  }

  func free(heap: inout Heap) {
    unsafe heap.free(start, HistogramList.bytes)
  }

  subscript(position: Int) -> (code: BucketCode, group: Int64) {
    let packed = unsafe entries[position]
    let group = unsafe head.pointee.base + Int64(packed & (1 << HistogramList.groupBits - 1))
    return (BucketCode(packed: packed >> HistogramList.groupBits), group)
  }

  /// Adds a value, unless there is no room.
  ///
  /// - Parameter live: the groups that have live slices; others are forgotten when room is needed.
  mutating func append(_ code: BucketCode, group: Int64, live: ClosedRange<Int64>) -> Bool {
    if count > 0 {
      let difference = unsafe group - head.pointee.base
      let isFull = count == ShardLimits.listedBucketsMax
      if isFull || difference < 0 || difference >> Int64(HistogramList.groupBits) > 0 {
        unsafe keep(live)
      }
    }
    if count == 0 { unsafe head.pointee.base = max(0, live.lowerBound) }
    guard count < ShardLimits.listedBucketsMax else { return false }
    unsafe entries[count] = unsafe pack(code, group)
    count += 1
    return true
  }

  /// Forgets the values of other groups.
  mutating func keep(_ groups: ClosedRange<Int64>) {
    var kept = 0
    let base = max(0, groups.lowerBound)
    for position in 0..<count {
      let entry = unsafe self[position]
      guard groups.contains(entry.group) else { continue }
      let difference = UInt32(entry.group - base)
      unsafe entries[kept] = entry.code.packed << HistogramList.groupBits | difference
      kept += 1
    }
    unsafe head.pointee.base = base
    count = kept
  }

  private func pack(_ code: BucketCode, _ group: Int64) -> UInt32 {
    let difference = unsafe group - head.pointee.base
    precondition(difference >= 0 && difference >> Int64(HistogramList.groupBits) == 0)
    return code.packed << HistogramList.groupBits | UInt32(difference)
  }

  private var head: UnsafeMutablePointer<Head> {
    unsafe start.assumingMemoryBound(to: Head.self)
  }

  private var entries: UnsafeMutablePointer<UInt32> {
    unsafe (start + HistogramList.entriesOffset).assumingMemoryBound(to: UInt32.self)
  }
}
