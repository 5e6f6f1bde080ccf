// SPDX-License-Identifier: Apache-2.0

/// A number as wide as some counts of a ``HistogramColumns`` are.
protocol HistogramCount: FixedWidthInteger, BitwiseCopyable {}

extension UInt8: HistogramCount {}
extension UInt16: HistogramCount {}
extension UInt32: HistogramCount {}
extension UInt64: HistogramCount {}
extension Int64: HistogramCount {}

/// What is done with the counts of a run, whatever their width.
protocol HistogramCountsVisitor {
  mutating func visit<Count: HistogramCount>(_ counts: UnsafeBufferPointer<Count>)
}

extension HistogramColumns {
  /// Shows the counts of a run, where they lie.
  @inline(__always)
  func visit(_ run: Run, _ visitor: inout some HistogramCountsVisitor) {
    let range = run.range
    unsafe bytes.withUnsafeBytes { bytes in
      let counts = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
      switch run.width {
      case 0: unsafe visitor.visit(counts.assumingMemoryBound(to: UInt8.self))
      case 1: unsafe visitor.visit(counts.assumingMemoryBound(to: UInt16.self))
      case 2: unsafe visitor.visit(counts.assumingMemoryBound(to: UInt32.self))
      default: unsafe visitor.visit(counts.assumingMemoryBound(to: UInt64.self))
      }
    }
  }

  /// Appends the counts of a run. O(buckets).
  public func appendCounts(of run: Run, to counts: inout [Int64]) {
    guard !run.isEmpty else { return }
    var reader = CountsReader(counts: [])
    swap(&reader.counts, &counts)
    visit(run, &reader)
    swap(&reader.counts, &counts)
  }

  /// What the counts of a row take as numbers to the base of 128. O(buckets).
  public func varintBytes(_ row: Int) -> Int {
    var meter = CountsMeter()
    visit(positives[row], &meter)
    visit(negatives[row], &meter)
    return meter.bytes
  }

  /// Appends counts as narrow as they may be, none negative. O(buckets).
  mutating func pack(_ counts: UnsafeBufferPointer<Int64>, start: Int32) -> Run {
    guard !counts.isEmpty else { return Run() }
    let width = unsafe HistogramColumns.width(counts)
    align(width: width)
    var run = Run(start: start, length: UInt8(counts.count), width: width, offset: bytes.count)
    run.room = UInt16(run.byteCount)
    // Any bytes will do, they are overwritten: a copy is the fastest way to have them.
    unsafe bytes.append(
      contentsOf: UnsafeRawBufferPointer(start: counts.baseAddress, count: run.byteCount))
    unsafe write(counts, run)
    return run
  }

  /// Adds a row of one record's values. O(bytes): counts keep their width.
  mutating func append(_ record: HistogramRecord) {
    let (positive, negative) = unsafe (record.head.pointee.positive, record.head.pointee.negative)
    scales.append(unsafe Int8(record.scale))
    unsafe zeros.append(Int64(clamping: record.head.pointee.zeros))
    unsafe positives.append(append(record, positive, before: 0))
    unsafe negatives.append(append(record, negative, before: Int(positive.slots)))
  }

  private mutating func append(
    _ record: HistogramRecord, _ run: HistogramRecord.Run, before: Int
  ) -> Run {
    guard let used = unsafe record.used(run, before: before) else { return Run() }
    let width = unsafe record.head.pointee.width
    align(width: width)
    let start = unsafe record.start(run) + Int32(used.lowerBound)
    var copy = Run(start: start, length: UInt8(used.count), width: width, offset: bytes.count)
    copy.room = UInt16(copy.byteCount)
    let first = unsafe record.counters + (before + used.lowerBound) << Int(width)
    unsafe bytes.append(
      contentsOf: UnsafeRawBufferPointer(start: first, count: copy.byteCount))
    return copy
  }

  /// Writes counts where a run lies.
  mutating func write(_ counts: UnsafeBufferPointer<Int64>, _ run: Run) {
    let range = run.range
    unsafe bytes.withUnsafeMutableBytes { bytes in
      let target = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[range])
      switch run.width {
      case 0: unsafe HistogramColumns.narrow(counts, target.assumingMemoryBound(to: UInt8.self))
      case 1: unsafe HistogramColumns.narrow(counts, target.assumingMemoryBound(to: UInt16.self))
      case 2: unsafe HistogramColumns.narrow(counts, target.assumingMemoryBound(to: UInt32.self))
      default: unsafe HistogramColumns.narrow(counts, target.assumingMemoryBound(to: UInt64.self))
      }
    }
  }

  /// How wide the largest of some counts is.
  static func width(_ counts: UnsafeBufferPointer<Int64>) -> UInt8 {
    var bits: Int64 = 0
    for index in 0..<counts.count { unsafe bits |= counts[index] }
    precondition(bits >= 0, "negative count")
    return bits >> 8 == 0 ? 0 : bits >> 16 == 0 ? 1 : bits >> 32 == 0 ? 2 : 3
  }

  private static func narrow<Count: HistogramCount>(
    _ counts: UnsafeBufferPointer<Int64>, _ target: UnsafeMutableBufferPointer<Count>
  ) {
    precondition(counts.count == target.count, "a run of another length")
    guard let from = counts.baseAddress, let to = target.baseAddress else { return }
    for index in 0..<counts.count {
      unsafe to[index] = unsafe Count(truncatingIfNeeded: from[index])
    }
  }
}

private struct CountsReader: HistogramCountsVisitor {
  var counts: [Int64]

  mutating func visit<Count: HistogramCount>(_ counts: UnsafeBufferPointer<Count>) {
    for index in 0..<counts.count {
      unsafe self.counts.append(Int64(truncatingIfNeeded: counts[index]))
    }
  }
}

private struct CountsMeter: HistogramCountsVisitor {
  var bytes = 0

  mutating func visit<Count: HistogramCount>(_ counts: UnsafeBufferPointer<Count>) {
    for index in 0..<counts.count {
      let bits = unsafe Count.bitWidth - (counts[index] | 1).leadingZeroBitCount
      bytes += (bits + 6) / 7
    }
  }
}
