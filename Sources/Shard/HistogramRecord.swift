// SPDX-License-Identifier: Apache-2.0

/// The histogram of one series over one group of slices, in one piece of memory: a head of 32 B,
/// then counters of positive buckets, then of negative ones.
///
/// Counters have 1, 2, 4 or 8 bytes, all the same, as the largest needs. There are more than are
/// used, on both sides, so that most values find theirs: at most ``HistogramScale/bucketsMax`` of a
/// sign. The scale is canonical, see ``HistogramScale``: finest until a value lies too far away.
/// Buckets are biased as in ``BucketCode``.
///
/// This is a handle; the series owns the record. Whatever returns another one has freed this.
@unsafe
struct HistogramRecord {
  /// Counters of one sign.
  struct Run {
    /// The bucket of the first.
    var base: Int32 = 0
    /// How many; 0: no value had this sign.
    var slots: UInt8 = 0

    var range: Range<Int32> { base..<base + Int32(slots) }
  }

  struct Head {
    var group: Int64
    var zeros: UInt64 = 0
    var positive = Run()
    /// How much coarser than the finest scale.
    var shift: UInt8 = 0
    /// A counter has 1 << width bytes.
    var width: UInt8 = 0
    var negative = Run()
    /// Of the whole record, as it was asked for.
    var bytes: UInt32
  }

  @safe static let countersOffset = MemoryLayout<Head>.stride

  let head: UnsafeMutablePointer<Head>

  init(_ head: UnsafeMutablePointer<Head>) {
    unsafe self.head = unsafe head
  }

  /// A record without values: with this layout, and all counters 0.
  init(_ layout: Head, heap: inout Heap) {
    let bytes = Int(layout.bytes)
    let memory = unsafe heap.allocate(bytes)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    unsafe head = memory.bindMemory(to: Head.self, capacity: 1)
    unsafe head.initialize(to: layout)
  }

  /// A record without values, in memory of the least size.
  init(group: Int64, heap: inout Heap) {
    unsafe self.init(Head(group: group, bytes: UInt32(Heap.requestBytesMin)), heap: &heap)
  }

  /// A record without values, with counters for those that another has.
  init(group: Int64, like other: HistogramRecord, heap: inout Heap) {
    var layout = unsafe other.head.pointee
    layout.group = group
    layout.zeros = 0
    // Of a coarser scale it is not known where its values lie at the finest.
    if layout.shift > 0 {
      (layout.shift, layout.positive, layout.negative) = (0, Run(), Run())
    }
    unsafe self.init(layout, heap: &heap)
  }

  func free(heap: inout Heap) {
    unsafe heap.free(UnsafeMutableRawPointer(head), Int(head.pointee.bytes))
  }

  var counters: UnsafeMutableRawPointer {
    unsafe UnsafeMutableRawPointer(head) + HistogramRecord.countersOffset
  }

  /// The head and the counters.
  var usedBytes: Int {
    let slots = unsafe Int(head.pointee.positive.slots) + Int(head.pointee.negative.slots)
    return unsafe HistogramRecord.countersOffset + slots << Int(head.pointee.width)
  }

  /// Forgets all values and is of another group. Counters stay where they are, as far as possible.
  func reset(group: Int64) {
    let bytes = unsafe Int(head.pointee.bytes) - HistogramRecord.countersOffset
    unsafe counters.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    unsafe head.pointee.group = group
    unsafe head.pointee.zeros = 0
    if unsafe head.pointee.shift > 0 {
      unsafe head.pointee.shift = 0
      unsafe head.pointee.positive = Run()
      unsafe head.pointee.negative = Run()
    }
  }

  /// Adds values of one bucket. O(1), mostly; else O(buckets).
  ///
  /// - Returns: the record that has them.
  func add(_ code: BucketCode, count: UInt64 = 1, heap: inout Heap) -> HistogramRecord {
    if code.isZero {
      unsafe head.pointee.zeros.addSaturating(count)
      return unsafe self
    }
    if let place = unsafe place(of: code) {
      let (sum, overflow) = unsafe counter(place).addingReportingOverflow(count)
      let total = overflow ? .max : sum
      if unsafe store(total, at: place) { return unsafe self }
      return unsafe wider(heap: &heap).add(code, count: count, heap: &heap)
    }
    return unsafe rebuilt(for: code, heap: &heap).add(code, count: count, heap: &heap)
  }

  /// Adds the values of a histogram.
  ///
  /// - Returns: the record that has them.
  func add(_ other: Histogram, heap: inout Heap) -> HistogramRecord {
    var record = unsafe self
    if unsafe HistogramScale.finest - other.scale > Int(head.pointee.shift) {
      unsafe record = unsafe rebuilt(atLeast: HistogramScale.finest - other.scale, heap: &heap)
    }
    for (buckets, isNegative) in [(other.positive, false), (other.negative, true)] {
      for (index, count) in zip(buckets.start..., buckets.counts) where count > 0 {
        let code = BucketCode(index: index, scale: other.scale, isNegative: isNegative)
        unsafe record = unsafe record.add(code, count: UInt64(count), heap: &heap)
      }
    }
    unsafe record.head.pointee.zeros.addSaturating(UInt64(other.zeros))
    return unsafe record
  }

  /// Which counter is a code's; nil: there is none.
  private func place(of code: BucketCode) -> Int? {
    let run = unsafe code.isNegative ? head.pointee.negative : head.pointee.positive
    let bucket = unsafe code.bucket >> Int32(head.pointee.shift)
    guard run.range.contains(bucket) else { return nil }
    let before = unsafe code.isNegative ? Int(head.pointee.positive.slots) : 0
    return before + Int(bucket - run.base)
  }

  /// A counter's value; they are numbered over both signs.
  func counter(_ place: Int) -> UInt64 {
    let counters = unsafe counters
    switch unsafe head.pointee.width {
    case 0: return unsafe UInt64(counters.load(fromByteOffset: place, as: UInt8.self))
    case 1: return unsafe UInt64(counters.load(fromByteOffset: 2 * place, as: UInt16.self))
    case 2: return unsafe UInt64(counters.load(fromByteOffset: 4 * place, as: UInt32.self))
    default: return unsafe counters.load(fromByteOffset: 8 * place, as: UInt64.self)
    }
  }

  /// Sets a counter, unless the number is too large for it.
  func store(_ count: UInt64, at place: Int) -> Bool {
    let counters = unsafe counters
    let width = unsafe head.pointee.width
    guard width == 3 || count >> (UInt64(8) << UInt64(width)) == 0 else { return false }
    switch width {
    case 0: unsafe counters.storeBytes(of: UInt8(count), toByteOffset: place, as: UInt8.self)
    case 1: unsafe counters.storeBytes(of: UInt16(count), toByteOffset: 2 * place, as: UInt16.self)
    case 2: unsafe counters.storeBytes(of: UInt32(count), toByteOffset: 4 * place, as: UInt32.self)
    default: unsafe counters.storeBytes(of: count, toByteOffset: 8 * place, as: UInt64.self)
    }
    return true
  }
}

extension UInt64 {
  fileprivate mutating func addSaturating(_ other: UInt64) {
    let (sum, overflow) = addingReportingOverflow(other)
    self = overflow ? .max : sum
  }
}
