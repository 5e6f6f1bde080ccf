// SPDX-License-Identifier: Apache-2.0

/// The bytes that name a series: the metric's name, then its labels in order of their names' bytes,
/// each as ``labelMark``, name, ``valueMark``, value.
///
/// Neither mark occurs in UTF-8, so there is one key for a name and a set of labels, and one name
/// and set for a key. The key of a series without labels is its name. A label with an empty value
/// is the same as none, and is in no key.
public enum SeriesKey {
  /// Stands before a label's name.
  public static let labelMark: UInt8 = 0xFF
  /// Stands between a label's name and its value.
  public static let valueMark: UInt8 = 0xFE

  /// The key's hash: the upper half is that of the name, so that the partition is the name's
  /// whatever the labels; the lower half is that of the whole key, so that one name's series spread
  /// over the shards of a node. Without labels it is `FNV.hash` of the name. O(key).
  ///
  /// - Parameter range: must lie within `bytes`.
  public static func hash(_ bytes: RawSpan, _ range: Range<Int>) -> UInt64 {
    let end = nameEnd(bytes, range)
    let name = FNV.hash(bytes, range.lowerBound..<end)
    if end == range.upperBound { return name }
    return hash(name: name, key: FNV.hash(bytes, range))
  }

  /// Four hashes at a time, each as ``hash(_:_:)`` gives it. O(keys).
  ///
  /// - Parameter ranges: must lie within `bytes`.
  public static func hashes(
    _ bytes: RawSpan, _ ranges: InlineArray<4, Range<Int>>
  ) -> InlineArray<4, UInt64> {
    var names = ranges
    for lane in ranges.indices {
      names[lane] = ranges[lane].lowerBound..<nameEnd(bytes, ranges[lane])
    }
    var hashes = FNV.hashes(bytes, names)
    let keys = FNV.hashes(bytes, ranges)
    for lane in hashes.indices { hashes[lane] = hash(name: hashes[lane], key: keys[lane]) }
    return hashes
  }

  /// The hash of a key with labels, of the hashes of its name and of all its bytes.
  @inlinable
  public static func hash(name: UInt64, key: UInt64) -> UInt64 {
    name & 0xFFFF_FFFF_0000_0000 | key & 0x0000_0000_FFFF_FFFF
  }

  /// Whether two hashes may be those of series of one name.
  @inlinable
  public static func mayShareName(_ left: UInt64, _ right: UInt64) -> Bool {
    left >> 32 == right >> 32
  }

  /// Where the name of a key ends: at its first label, or at the key's end. O(name).
  ///
  /// - Parameter range: must lie within `bytes`.
  @inlinable
  public static func nameEnd(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount, "range not in span")
    var offset = range.lowerBound
    while range.upperBound - offset >= 8 {
      let word = unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: offset, as: UInt64.self)
      // The lowest byte of these that is not 0 is where the first zero of `rest`, a mark, is
      // (Mycroft, 1987).
      let rest = ~UInt64(littleEndian: word)
      let marks = (rest &- 0x0101_0101_0101_0101) & ~rest & 0x8080_8080_8080_8080
      if marks != 0 { return offset + marks.trailingZeroBitCount / 8 }
      offset += 8
    }
    while offset < range.upperBound,
      unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self) != labelMark
    { offset += 1 }
    return offset
  }

  /// The key of a name and its labels. O(bytes).
  public static func encode(metric: String, labels: [String: String]) -> [UInt8] {
    var key = Array(metric.utf8)
    let sorted = labels.map { (Array($0.key.utf8), Array($0.value.utf8)) }
      .filter { !$0.1.isEmpty }
      .sorted { $0.0.lexicographicallyPrecedes($1.0) }
    for (name, value) in sorted {
      key.append(labelMark)
      key += name
      key.append(valueMark)
      key += value
    }
    return key
  }

  /// The name and the labels of a key, labels in order of their names' bytes. O(bytes).
  public static func decode(_ key: some Collection<UInt8>) -> (
    metric: String, labels: [(name: String, value: String)]
  ) {
    let parts = key.split(separator: labelMark, omittingEmptySubsequences: false)
    let labels = parts.dropFirst().map { label in
      let halves = label.split(
        separator: valueMark, maxSplits: 1, omittingEmptySubsequences: false)
      return (
        name: String(decoding: halves[0], as: UTF8.self),
        value: halves.count == 2 ? String(decoding: halves[1], as: UTF8.self) : ""
      )
    }
    return (String(decoding: parts[0], as: UTF8.self), labels)
  }
}
