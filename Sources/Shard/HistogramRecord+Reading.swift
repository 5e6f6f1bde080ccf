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

  /// Adds its values to a row. O(buckets).
  func add(to columns: inout HistogramColumns, row: Int) {
    unsafe columns.add(zeros: Int64(clamping: head.pointee.zeros), to: row)
    unsafe add(head.pointee.positive, before: 0, isNegative: false, to: &columns, row)
    let before = unsafe Int(head.pointee.positive.slots)
    unsafe add(head.pointee.negative, before: before, isNegative: true, to: &columns, row)
  }

  private func add(
    _ run: Run, before: Int, isNegative: Bool, to columns: inout HistogramColumns, _ row: Int
  ) {
    guard run.slots > 0 else { return }
    let scale = unsafe HistogramScale.finest - Int(head.pointee.shift)
    func add<Counter: FixedWidthInteger>(_: Counter.Type) {
      let first = unsafe counters.assumingMemoryBound(to: Counter.self) + before
      let counts = unsafe UnsafeBufferPointer(start: first, count: Int(run.slots))
      unsafe columns.add(
        counts, start: start(run), scale: scale, isNegative: isNegative, to: row)
    }
    switch unsafe head.pointee.width {
    case 0: add(UInt8.self)
    case 1: add(UInt16.self)
    case 2: add(UInt32.self)
    default: add(UInt64.self)
    }
  }

  /// The bucket of a run's first counter, as ``HistogramScale`` numbers it.
  private func start(_ run: Run) -> Int32 {
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
  /// Adds the histograms of these groups to the latest row of a report that has histograms.
  func addHistograms(
    _ groups: ClosedRange<Int64>, _ geometry: WindowGeometry,
    toLastRowOf report: inout PartialReport
  ) {
    guard var columns = report.histograms.take() else { return }
    let row = columns.count - 1
    unsafe forEachHistogram(groups, geometry) { _, code in
      columns.add(code, to: row)
    } record: { _, record in
      unsafe record.add(to: &columns, row: row)
    }
    report.histograms = columns
  }
}

extension HistogramColumns {
  fileprivate mutating func add(_ code: BucketCode, to row: Int) {
    if code.isZero { return add(zeros: 1, to: row) }
    add(
      [1] as [Int64], start: code.bucket - BucketCode.bias, scale: HistogramScale.finest,
      isNegative: code.isNegative, to: row)
  }
}
