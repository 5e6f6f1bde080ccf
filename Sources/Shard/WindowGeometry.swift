// SPDX-License-Identifier: Apache-2.0

/// Where a time lies in a series' ring of slices: pure arithmetic.
///
/// Slice `i` covers the seconds `i * resolution ..< (i + 1) * resolution` of absolute time. The
/// ring has `slots` places; slice `i` lies in slot `i % slots`, and its lap is `i / slots`. Slots
/// are grouped into `blocks` of `blockSlices`, so that slice `i` belongs to super-slice
/// `i / blockSlices`, which lies in block `(i / blockSlices) % blocks`.
///
/// The ring is as long as the window, the future grace and the clock skew together, so two slices
/// that are live at the same time never share a slot: whatever else lies there has expired.
struct WindowGeometry: Sendable, Hashable {
  let shape: WindowShape
  let blockSlices: Int
  let blocks: Int

  var slots: Int { blockSlices * blocks }

  /// Places for the histograms of one group of slices each, a group being what lies in one block:
  /// one more than blocks, because live slices may begin and end within one block's groups.
  var groupSlots: Int { blocks + 1 }

  init(_ shape: WindowShape) {
    self.shape = shape
    (blockSlices, blocks) = WindowGeometry.blocks(slices: WindowGeometry.slicesNeeded(shape))
  }

  /// Most slices that are live at one time: `n` consecutive seconds touch at most
  /// `(n - 2) / resolution + 2` slices.
  static func slicesNeeded(_ shape: WindowShape) -> Int {
    let seconds = shape.windowSeconds + shape.futureGraceSeconds + ShardLimits.clockSkewSeconds
    return Int((seconds - 2) / shape.resolutionSeconds) + 2
  }

  /// Blocks of about the square root of all, which makes a query shortest; of those sizes the one
  /// that takes least memory.
  private static func blocks(slices: Int) -> (blockSlices: Int, blocks: Int) {
    var root = 1
    while root * root < slices { root += 1 }
    let smallest = max(root, (slices + ShardLimits.blocksMax - 1) / ShardLimits.blocksMax)
    var best = (blockSlices: smallest, blocks: (slices + smallest - 1) / smallest)
    var bestBytes = Int.max
    for size in smallest...(2 * smallest) {
      let count = (slices + size - 1) / size
      let bytes = unsafe count * Block.allocatedBytes(slices: size)
      if bytes < bestBytes { (best, bestBytes) = ((size, count), bytes) }
    }
    return best
  }

  /// The slice that covers `time`, which must not be negative.
  func slice(_ time: Int64) -> Int64 {
    assert(time >= 0)
    return time / shape.resolutionSeconds
  }

  /// The first second of a slice.
  func start(_ slice: Int64) -> Int64 { slice * shape.resolutionSeconds }

  /// The oldest slice with a second inside the last `windowSeconds` of `now`.
  func firstLive(now: Int64, windowSeconds: Int64) -> Int64 {
    slice(max(0, now - windowSeconds + 1))
  }

  /// The newest slice a point may lie in.
  func lastLive(now: Int64) -> Int64 {
    slice(now + shape.futureGraceSeconds + ShardLimits.clockSkewSeconds)
  }

  /// The group of slices that a slice belongs to. Groups are numbered as super-slices are.
  func group(_ slice: Int64) -> Int64 { slice / Int64(blockSlices) }

  /// The place of the histogram of a group: two that have live slices never share one.
  func groupSlot(_ group: Int64) -> Int {
    assert(group >= 0)
    return Int(group % Int64(groupSlots))
  }

  /// The first second of a group.
  func groupStart(_ group: Int64) -> Int64 {
    group * Int64(blockSlices) * shape.resolutionSeconds
  }

  /// The first slice whose seconds are all later than `time`.
  func firstSlice(after time: Int64) -> Int64 {
    if time < 0 { return 0 }
    let time = min(time, ShardLimits.clockSecondsMax * 2)
    return (time + shape.resolutionSeconds) / shape.resolutionSeconds
  }

  /// The last slice whose seconds are all at most `time`; -1: none.
  func lastSlice(upTo time: Int64) -> Int64 {
    let time = min(max(-1, time), ShardLimits.clockSecondsMax * 2)
    return (time + 1) / shape.resolutionSeconds - 1
  }

  /// The place of a slice: which block, where in it, and on which lap.
  func place(_ slice: Int64) -> (block: Int, offset: Int, lap: UInt64) {
    let (lap, slot) = slice.quotientAndRemainder(dividingBy: Int64(slots))
    let (block, offset) = Int(slot).quotientAndRemainder(dividingBy: blockSlices)
    return (block, offset, UInt64(lap))
  }
}
