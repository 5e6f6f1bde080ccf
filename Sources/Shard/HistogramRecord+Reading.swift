// SPDX-License-Identifier: Apache-2.0

extension HistogramRecord {
  /// Its values.
  var histogram: Histogram {
    let scale = unsafe HistogramScale.finest - Int(head.pointee.shift)
    return unsafe Histogram(
      scale: scale, zeros: Int64(clamping: head.pointee.zeros),
      positive: buckets(head.pointee.positive, before: 0, scale),
      negative: buckets(
        head.pointee.negative, before: Int(head.pointee.positive.slots), scale))
  }

  private func buckets(_ run: Run, before: Int, _ scale: Int) -> Histogram.Buckets {
    let counts = (0..<Int(run.slots)).map { unsafe Int64(clamping: counter(before + $0)) }
    return unsafe Histogram.Buckets(start: start(run), counts: counts)
  }

  /// How fine its buckets are.
  var scale: Int { unsafe HistogramScale.finest - Int(head.pointee.shift) }

  /// Adds its values to a sum. O(buckets).
  func add(to sum: inout HistogramSum) {
    let (positive, negative) = unsafe (head.pointee.positive, head.pointee.negative)
    unsafe sum.add(zeros: Int64(clamping: head.pointee.zeros))
    unsafe add(positive, before: 0, isNegative: false, to: &sum)
    unsafe add(negative, before: Int(positive.slots), isNegative: true, to: &sum)
  }

  private func add(_ run: Run, before: Int, isNegative: Bool, to sum: inout HistogramSum) {
    guard run.slots > 0 else { return }
    unsafe sum.add(
      bytes(run, before: before), width: head.pointee.width, start: start(run), scale: scale,
      isNegative: isNegative)
  }

  /// Which counters of a run lie between the first and the last that hold values; nil: none does.
  func used(_ run: Run, before: Int) -> Range<Int>? {
    guard run.slots > 0 else { return nil }
    let bytes = unsafe bytes(run, before: before)
    switch unsafe head.pointee.width {
    case 0: return unsafe HistogramSum.used(bytes.assumingMemoryBound(to: UInt8.self))
    case 1: return unsafe HistogramSum.used(bytes.assumingMemoryBound(to: UInt16.self))
    case 2: return unsafe HistogramSum.used(bytes.assumingMemoryBound(to: UInt32.self))
    default: return unsafe HistogramSum.used(bytes.assumingMemoryBound(to: UInt64.self))
    }
  }

  /// The counters of a run.
  private func bytes(_ run: Run, before: Int) -> UnsafeRawBufferPointer {
    let width = unsafe Int(head.pointee.width)
    return unsafe UnsafeRawBufferPointer(
      start: counters + before << width, count: Int(run.slots) << width)
  }

  /// The bucket of a run's first counter, as ``HistogramScale`` numbers it.
  func start(_ run: Run) -> Int32 {
    unsafe run.base - BucketCode.bias >> Int32(head.pointee.shift)
  }
}

extension BucketCode {
  /// One value.
  var histogram: Histogram {
    var histogram = Histogram()
    let buckets = Histogram.Buckets(start: bucket - BucketCode.bias, counts: isZero ? [] : [1])
    histogram.merge(
      Histogram(
        scale: HistogramScale.finest, zeros: isZero ? 1 : 0,
        positive: isNegative ? Histogram.Buckets() : buckets,
        negative: isNegative ? buckets : Histogram.Buckets()))
    return histogram
  }
}

extension Series {
  /// Appends the histogram of these groups as a row. O(buckets of all groups); a copy of bytes
  /// where only one group has values.
  ///
  /// - Parameter sum: has no values, before and afterwards.
  func appendHistogram(
    _ groups: ClosedRange<Int64>, _ geometry: WindowGeometry,
    to columns: inout HistogramColumns, _ sum: inout HistogramSum
  ) {
    var only: HistogramRecord?
    var records = 0
    unsafe forEachHistogram(groups, geometry) { _, code in
      sum.add(code)
    } record: { _, record in
      records += 1
      if records == 2 { unsafe only?.add(to: &sum) }
      if records == 1 { unsafe only = unsafe record } else { unsafe record.add(to: &sum) }
    }
    // A counter of 64 bits may be larger than a row's.
    if records == 1, let record = unsafe only {
      if unsafe record.head.pointee.width < 3 { return unsafe columns.append(record) }
      unsafe record.add(to: &sum)
    }
    columns.append(&sum)
  }
}
