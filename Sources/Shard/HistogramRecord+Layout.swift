// SPDX-License-Identifier: Apache-2.0

/// Making room: seldom, so each makes a new record and copies.
extension HistogramRecord {
  /// A record with the same values and a counter for `code`: as coarse as it must be for that.
  func rebuilt(for code: BucketCode, heap: inout Heap) -> HistogramRecord {
    let bucket = unsafe code.bucket >> Int32(head.pointee.shift)
    var positive = unsafe usedPositive
    var negative = unsafe usedNegative
    if code.isNegative {
      negative = HistogramRecord.widened(negative, by: bucket)
    } else {
      positive = HistogramRecord.widened(positive, by: bucket)
    }
    let steps = [positive, negative].map {
      $0.map { HistogramScale.stepsNeeded($0.lowerBound, $0.upperBound) } ?? 0
    }
    return unsafe rebuilt(positive, negative, steps: steps.max() ?? 0, heap: &heap)
  }

  /// A record with the same values that is so much coarser than the finest scale, or more.
  func rebuilt(atLeast shift: Int, heap: inout Heap) -> HistogramRecord {
    let steps = unsafe max(0, shift - Int(head.pointee.shift))
    return unsafe rebuilt(usedPositive, usedNegative, steps: steps, heap: &heap)
  }

  /// A record with counters twice as wide.
  func wider(heap: inout Heap) -> HistogramRecord {
    var layout = unsafe head.pointee
    layout.width += 1
    let counters = Int(layout.positive.slots) + Int(layout.negative.slots)
    let bytes = HistogramRecord.countersOffset + counters << Int(layout.width)
    layout.bytes = UInt32(Heap.requestBytes(filling: bytes))
    return unsafe moved(to: layout, heap: &heap)
  }

  /// - Parameters:
  ///   - positive: the buckets there must be counters for, at the present scale; nil: none.
  ///   - steps: how many scales coarser.
  private func rebuilt(
    _ positive: ClosedRange<Int32>?, _ negative: ClosedRange<Int32>?, steps: Int,
    heap: inout Heap
  ) -> HistogramRecord {
    var layout = unsafe head.pointee
    layout.shift += UInt8(steps)
    layout.place(
      positive.map { $0.lowerBound >> Int32(steps)...$0.upperBound >> Int32(steps) },
      negative.map { $0.lowerBound >> Int32(steps)...$0.upperBound >> Int32(steps) })
    return unsafe moved(to: layout, heap: &heap)
  }

  /// Copies into a new record with counters for all buckets in use, and frees this one.
  private func moved(to layout: Head, heap: inout Heap) -> HistogramRecord {
    var fresh = unsafe HistogramRecord(layout, heap: &heap)
    unsafe forEachBucket { code, count in
      // Where several become one the sum may need wider counters.
      unsafe fresh = unsafe fresh.add(code, count: count, heap: &heap)
    }
    unsafe free(heap: &heap)
    return unsafe fresh
  }

  /// Visits the buckets that hold values, but for the zeros.
  func forEachBucket(_ body: (_ code: BucketCode, _ count: UInt64) -> Void) {
    let (positive, negative) = unsafe (head.pointee.positive, head.pointee.negative)
    for (run, before, isNegative) in [
      (positive, 0, false), (negative, Int(positive.slots), true),
    ] {
      for slot in 0..<Int(run.slots) {
        let count = unsafe counter(before + slot)
        guard count > 0 else { continue }
        let finest = unsafe (run.base + Int32(slot)) << Int32(head.pointee.shift)
        body(BucketCode(bucket: finest, isNegative: isNegative), count)
      }
    }
  }

  private var usedPositive: ClosedRange<Int32>? {
    unsafe usedBuckets(head.pointee.positive, before: 0)
  }

  private var usedNegative: ClosedRange<Int32>? {
    unsafe usedBuckets(head.pointee.negative, before: Int(head.pointee.positive.slots))
  }

  /// From the first bucket that holds values to the last.
  private func usedBuckets(_ run: Run, before: Int) -> ClosedRange<Int32>? {
    guard let used = unsafe used(run, before: before) else { return nil }
    return run.base + Int32(used.lowerBound)...run.base + Int32(used.upperBound - 1)
  }

  @safe
  private static func widened(_ range: ClosedRange<Int32>?, by bucket: Int32)
    -> ClosedRange<Int32>
  {
    guard let range else { return bucket...bucket }
    return min(range.lowerBound, bucket)...max(range.upperBound, bucket)
  }
}

extension HistogramRecord.Head {
  /// Places counters for these buckets and, as room allows, for others on both sides. Takes more
  /// room only when there is none.
  fileprivate mutating func place(
    _ positives: ClosedRange<Int32>?, _ negatives: ClosedRange<Int32>?
  ) {
    let needed = (positives?.count ?? 0) + (negatives?.count ?? 0)
    if room < needed {
      let wanted = needed + max(ShardLimits.spareBucketsMin, needed / 4)
      bytes = UInt32(
        Heap.requestBytes(filling: HistogramRecord.countersOffset + wanted << Int(width)))
    }
    let isOfBothSigns = positives != nil && negatives != nil
    let spare = (room - needed) / (isOfBothSigns ? 2 : 1)
    positive = HistogramRecord.Run(positives, spare: spare)
    negative = HistogramRecord.Run(negatives, spare: spare)
  }

  /// Counters there is room for.
  private var room: Int { (Int(bytes) - HistogramRecord.countersOffset) >> Int(width) }
}

extension HistogramRecord.Run {
  fileprivate init(_ range: ClosedRange<Int32>?, spare: Int) {
    guard let range else { return }
    let count = min(HistogramScale.bucketsMax, range.count + spare)
    base = range.lowerBound - Int32((count - range.count) / 2)
    slots = UInt8(count)
  }
}
