// SPDX-License-Identifier: Apache-2.0

/// Adds histograms up, one row after the other, in memory that is used again: a counter for every
/// bucket that can be within reach of the first ones, so that nothing is moved but when the scale
/// becomes coarser.
///
/// Equal values make an equal sum, in whatever order they come: see ``HistogramScale``.
@safe
struct HistogramSum: ~Copyable {
  /// The buckets of one sign, from the first that holds values to the last.
  struct Side {
    var first: Int32 = 0
    var last: Int32 = -1
    /// The bucket of the first counter.
    var base: Int32 = 0

    var isEmpty: Bool { last < first }
    var count: Int { Int(last - first) + 1 }
  }

  /// Counters of a sign: whichever of them came first, the buckets in use lie at most one less
  /// than ``HistogramScale/bucketsMax`` further to either side.
  private static let places = 2 * HistogramScale.bucketsMax
  private static let reach = Int32(HistogramScale.bucketsMax - 1)

  private(set) var scale = HistogramScale.finest
  private(set) var zeros: Int64 = 0
  private(set) var positive = Side()
  private(set) var negative = Side()
  /// A counter may be so large that it has to be watched.
  private var isLarge = false
  /// Those of positive buckets, of negative ones, and room to move one sign's. All that are not in
  /// use are 0.
  private let counters: UnsafeMutablePointer<Int64>

  init() {
    let count = 3 * HistogramSum.places
    unsafe counters = .allocate(capacity: count)
    unsafe counters.initialize(repeating: 0, count: count)
  }

  deinit { unsafe counters.deallocate() }

  /// The counts of a sign, for as long as nothing is added.
  func counts(_ side: Side, isNegative: Bool) -> UnsafeBufferPointer<Int64> {
    guard !side.isEmpty else { return unsafe UnsafeBufferPointer(start: nil, count: 0) }
    return unsafe UnsafeBufferPointer(
      start: counter(side.first, side, isNegative), count: side.count)
  }

  /// There are no values any more.
  mutating func clear() {
    clear(positive, isNegative: false)
    clear(negative, isNegative: true)
    (positive, negative) = (Side(), Side())
    scale = HistogramScale.finest
    zeros = 0
    isLarge = false
  }

  private func clear(_ side: Side, isNegative: Bool) {
    guard !side.isEmpty else { return }
    unsafe counter(side.first, side, isNegative).update(repeating: 0, count: side.count)
  }

  /// Adds values that are 0.
  mutating func add(zeros count: Int64) { zeros = zeros.addingSaturating(count) }

  /// Adds a value.
  mutating func add(_ code: BucketCode) {
    if code.isZero { return add(zeros: 1) }
    let bucket = code.bucket - BucketCode.bias
    let shift = makeRoom(bucket, bucket, HistogramScale.finest, code.isNegative)
    let side = code.isNegative ? negative : positive
    let counter = unsafe counter(bucket >> shift, side, code.isNegative)
    unsafe counter.pointee = unsafe counter.pointee.addingSaturating(1)
  }

  /// Adds the values of buckets, of which the first is `start`. O(buckets).
  mutating func add<Count: HistogramCount>(
    _ counts: UnsafeBufferPointer<Count>, start: Int32, scale: Int, isNegative: Bool
  ) {
    guard let used = unsafe HistogramSum.used(counts) else { return }
    let (first, last) = (start + Int32(used.lowerBound), start + Int32(used.upperBound - 1))
    let shift = makeRoom(first, last, scale, isNegative)
    let side = isNegative ? negative : positive
    let source = unsafe UnsafeBufferPointer(rebasing: counts[used])
    guard let from = source.baseAddress else { return }
    isLarge = isLarge || Count.bitWidth == 64
    if shift > 0 {
      for index in 0..<source.count {
        let counter = unsafe counter((first + Int32(index)) >> shift, side, isNegative)
        unsafe counter.pointee = unsafe counter.pointee.addingSaturating(
          Int64(clamping: from[index]))
      }
      return
    }
    let target = unsafe counter(first, side, isNegative)
    if isLarge {
      for index in 0..<source.count {
        unsafe target[index] = unsafe target[index].addingSaturating(Int64(clamping: from[index]))
      }
    } else {
      // Of at most 32 bits each: no report has enough of them for 63.
      for index in 0..<source.count {
        unsafe target[index] &+= Int64(truncatingIfNeeded: from[index])
      }
    }
  }

  /// From the first bucket that holds values to the last; nil: none does.
  static func used<Count: HistogramCount>(_ counts: UnsafeBufferPointer<Count>) -> Range<Int>? {
    var (first, end) = (0, counts.count)
    let bytes = UnsafeRawBufferPointer(counts)
    let size = MemoryLayout<Count>.stride
    // Empty ones at both ends are many: those of a word at a time.
    let step = MemoryLayout<UInt64>.size / size
    while end - first >= step,
      unsafe bytes.loadUnaligned(fromByteOffset: first * size, as: UInt64.self) == 0
    {
      first += step
    }
    while end - first >= step,
      unsafe bytes.loadUnaligned(fromByteOffset: (end - step) * size, as: UInt64.self) == 0
    {
      end -= step
    }
    while first < end, unsafe counts[first] == 0 { first += 1 }
    while end > first, unsafe counts[end - 1] == 0 { end -= 1 }
    return first < end ? first..<end : nil
  }

  /// Makes the sum as coarse as it must be to have these buckets of `scale` as well, and has them.
  ///
  /// - Returns: how many scales coarser than `scale` the sum is then.
  private mutating func makeRoom(
    _ first: Int32, _ last: Int32, _ scale: Int, _ isNegative: Bool
  ) -> Int32 {
    let common = min(scale, self.scale)
    let own = Int32(self.scale - common)
    let theirs = Int32(scale - common)
    var side = isNegative ? negative : positive
    let low = side.isEmpty ? first >> theirs : min(first >> theirs, side.first >> own)
    let high = side.isEmpty ? last >> theirs : max(last >> theirs, side.last >> own)
    // The other sign has as many buckets as are allowed already, and gets no more.
    let steps = Int32(HistogramScale.stepsNeeded(low, high))
    if own + steps > 0 {
      coarsen(by: own + steps)
      side = isNegative ? negative : positive
    }
    if side.isEmpty { side.base = low >> steps - HistogramSum.reach }
    (side.first, side.last) = (low >> steps, high >> steps)
    if isNegative { negative = side } else { positive = side }
    return theirs + steps
  }

  private mutating func coarsen(by steps: Int32) {
    scale -= Int(steps)
    positive = coarser(positive, by: steps, isNegative: false)
    negative = coarser(negative, by: steps, isNegative: true)
  }

  private func coarser(_ side: Side, by steps: Int32, isNegative: Bool) -> Side {
    guard !side.isEmpty else { return side }
    let old = unsafe counter(side.first, side, isNegative)
    let moving = unsafe counters + 2 * HistogramSum.places
    unsafe moving.update(from: old, count: side.count)
    unsafe old.update(repeating: 0, count: side.count)
    let first = side.first >> steps
    let coarser = Side(first: first, last: side.last >> steps, base: first - HistogramSum.reach)
    for index in 0..<side.count {
      let counter = unsafe counter(
        (side.first + Int32(index)) >> steps, coarser, isNegative)
      unsafe counter.pointee = unsafe counter.pointee.addingSaturating(moving[index])
    }
    return coarser
  }

  /// The counter of a bucket.
  @inline(__always)
  private func counter(
    _ bucket: Int32, _ side: Side, _ isNegative: Bool
  ) -> UnsafeMutablePointer<Int64> {
    let place = Int(bucket - side.base)
    assert(place >= 0 && place < HistogramSum.places)
    return unsafe counters + (isNegative ? HistogramSum.places : 0) + place
  }
}
