// SPDX-License-Identifier: Apache-2.0
public import Proto

/// Makes the series keys of a few points with labels at a time, in memory of its own that is used
/// again and again: a point costs no allocation.
///
/// Labels come in any order. Of two with one name the last counts; one with an empty value is none.
/// Labels that come sorted and are ASCII, as most do and are, are read once and written at once.
@safe
public final class LabelledKeys {
  /// What became of a point's name and labels.
  @frozen
  public enum Verdict: Sendable, Hashable {
    /// The key lies here, in what ``withBytes(_:)`` shows.
    case key(Range<Int>)
    /// The labels, or the name, may not come in.
    case rejected(RejectReason)
  }

  private let nameBytesMax: Int
  private let capacity: Int
  @usableFromInline let keyBytes: UnsafeMutableRawPointer
  // One owner, and nothing here calls out while it writes.
  @exclusivity(unchecked) @usableFromInline private(set) var end = 0
  /// In order of names.
  private let labels: UnsafeMutablePointer<LabelView>
  @exclusivity(unchecked) private var count = 0

  /// Room for the keys of so many points.
  ///
  /// - Parameter nameBytesMax: longest name.
  public init(points: Int, nameBytesMax: Int) {
    precondition(points > 0 && (1...ShardLimits.nameBytesMax).contains(nameBytesMax))
    self.nameBytesMax = nameBytesMax
    capacity = points * (nameBytesMax + ShardLimits.labelBytesMax)
    // Whole words are written: the last one may reach beyond its text.
    unsafe keyBytes = .allocate(byteCount: capacity + 8, alignment: 8)
    unsafe labels = .allocate(capacity: ShardLimits.labelsMax)
  }

  deinit {
    unsafe keyBytes.deallocate()
    unsafe labels.deallocate()
  }

  /// Forgets all keys. O(1).
  public func reset() { unsafe end = 0 }

  /// Shows the keys made since the last reset.
  @inlinable @inline(__always)
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(unsafe UnsafeRawBufferPointer(start: keyBytes, count: end).bytes)
  }

  /// The key of a point with labels. Whether the name is UTF-8 is not looked at. O(point).
  ///
  /// - Parameters:
  ///   - run: that the point was read from.
  ///   - point: what was read.
  /// - Precondition: since the last reset there were fewer points than there is room for.
  public func add(_ run: RawSpan, _ point: PointView) -> Verdict {
    if point.nameLength > nameBytesMax { return .rejected(.nameTooLong) }
    if let key = writeOrdered(run, point) {
      unsafe end = key.upperBound
      return .key(key)
    }
    unsafe count = 0
    var reader = LabelReader(point.labels)
    while let label = reader.next(run) {
      if let reason = add(label, run) { return .rejected(reason) }
    }
    return write(run, point.name)
  }

  /// The key of a name and labels in the order they came in, as of a point that has them.
  public func add(_ run: RawSpan, name: Range<Int>, labels: [LabelView]) -> Verdict {
    if name.count > nameBytesMax { return .rejected(.nameTooLong) }
    unsafe count = 0
    for label in labels {
      if let reason = add(label, run) { return .rejected(reason) }
    }
    return write(run, name)
  }

  @inline(__always)
  private func add(_ label: LabelView, _ run: RawSpan) -> RejectReason? {
    guard UTF8Check.isValid(run, label.name), UTF8Check.isValid(run, label.value) else {
      return .labelInvalid
    }
    return take(label, run) ? nil : .labelsTooLarge
  }

  /// Puts a label where it belongs; false: there are too many.
  @inline(__always)
  private func take(_ label: LabelView, _ run: RawSpan) -> Bool {
    var low = 0
    var high = unsafe count
    // Behind the last one, mostly.
    var middle = high - 1
    while low < high {
      let order = unsafe SeriesKey.compare(run, labels[middle].name, run, label.name)
      if order == 0 {
        unsafe labels[middle] = label
        return true
      }
      if order < 0 { low = middle + 1 } else { high = middle }
      middle = (low + high) / 2
    }
    guard unsafe count < ShardLimits.labelsMax else { return false }
    unsafe (labels + low + 1).update(from: labels + low, count: count - low)
    unsafe labels[low] = label
    unsafe count += 1
    return true
  }

  /// Where the next key begins. There is room for it.
  var keysEnd: Int {
    precondition(
      unsafe capacity - end >= nameBytesMax + ShardLimits.labelBytesMax, "more points than room")
    return unsafe end
  }

  private func write(_ run: RawSpan, _ name: Range<Int>) -> Verdict {
    let start = keysEnd
    var offset = start
    unsafe append(run, name, at: &offset)
    let limit = offset + ShardLimits.labelBytesMax
    for index in 0..<(unsafe count) {
      let label = unsafe labels[index]
      if label.value.isEmpty { continue }
      if label.name.isEmpty { return .rejected(.labelInvalid) }
      guard label.name.count + label.value.count + 2 <= limit - offset else {
        return .rejected(.labelsTooLarge)
      }
      unsafe keyBytes.storeBytes(of: SeriesKey.labelMark, toByteOffset: offset, as: UInt8.self)
      offset += 1
      unsafe append(run, label.name, at: &offset)
      unsafe keyBytes.storeBytes(of: SeriesKey.valueMark, toByteOffset: offset, as: UInt8.self)
      offset += 1
      unsafe append(run, label.value, at: &offset)
    }
    unsafe end = offset
    return .key(start..<offset)
  }

  /// The caller saw that there is room.
  @unsafe
  private func append(_ run: RawSpan, _ range: Range<Int>, at offset: inout Int) {
    unsafe run.extracting(range).withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe (keyBytes + offset).copyMemory(from: start, byteCount: source.count)
    }
    offset += range.count
  }
}
