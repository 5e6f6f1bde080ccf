// SPDX-License-Identifier: Apache-2.0
internal import Proto

/// The short path: labels in order of their names, all of ASCII, none without a value.
extension LabelledKeys {
  /// Writes the key of a point behind the others; nil when anything about its labels is not as it
  /// is mostly, be it right or wrong. O(point).
  @inline(__always)
  func writeOrdered(_ run: RawSpan, _ point: PointView) -> Range<Int>? {
    // Whole words are read: the last one may reach beyond its text.
    guard run.byteCount - point.labels.upperBound >= 8,
      run.byteCount - point.name.upperBound >= 8
    else { return nil }
    let start = keysEnd
    var offset = start
    var bits: UInt64 = 0
    unsafe copy(run, point.name, at: &offset, &bits)
    let limit = offset + ShardLimits.labelBytesMax
    bits = 0
    var reader = LabelReader(point.labels)
    var left = ShardLimits.labelsMax
    var (before, nameBefore) = (UInt64(0), 0..<0)
    while let label = reader.next(run) {
      let (name, value) = (label.name, label.value)
      let head = unsafe LabelledKeys.head(run, name)
      guard
        head > before
          || head == before && head > 0 && SeriesKey.compare(run, nameBefore, run, name) < 0,
        !value.isEmpty, left > 0, name.count + value.count + 2 <= limit - offset
      else { return nil }
      (before, nameBefore) = (head, name)
      left -= 1
      unsafe keyBytes.storeBytes(of: SeriesKey.labelMark, toByteOffset: offset, as: UInt8.self)
      offset += 1
      unsafe copy(run, name, at: &offset, &bits)
      unsafe keyBytes.storeBytes(of: SeriesKey.valueMark, toByteOffset: offset, as: UInt8.self)
      offset += 1
      unsafe copy(run, value, at: &offset, &bits)
    }
    return bits & 0x8080_8080_8080_8080 == 0 ? start..<offset : nil
  }

  /// The first eight bytes of a name as a number that is ordered as they are, zeros behind a
  /// shorter one; 0 for no name.
  ///
  /// The caller saw that eight bytes from any part of the labels on are in the span.
  @unsafe @inline(__always)
  private static func head(_ run: RawSpan, _ name: Range<Int>) -> UInt64 {
    guard !name.isEmpty else { return 0 }
    let word = UInt64(
      bigEndian: unsafe run.unsafeLoadUnaligned(
        fromUncheckedByteOffset: name.lowerBound, as: UInt64.self))
    let spare = UInt64(truncatingIfNeeded: 64 - 8 * min(name.count, 8))
    return (word &>> spare) &<< spare
  }

  /// Copies text and gathers its bits. The caller saw that there is room, and a word more at both
  /// ends.
  @unsafe @inline(__always)
  private func copy(
    _ run: RawSpan, _ range: Range<Int>, at offset: inout Int, _ bits: inout UInt64
  ) {
    var done = 0
    while done < range.count {
      let word = unsafe run.unsafeLoadUnaligned(
        fromUncheckedByteOffset: range.lowerBound + done, as: UInt64.self)
      unsafe keyBytes.storeBytes(of: word, toByteOffset: offset + done, as: UInt64.self)
      let beyond = max(0, 8 - (range.count - done))
      bits |= UInt64(littleEndian: word) &<< UInt64(truncatingIfNeeded: 8 * beyond)
      done += 8
    }
    offset += range.count
  }
}
