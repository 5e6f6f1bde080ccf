// SPDX-License-Identifier: Apache-2.0
public import Proto

/// What is wrong with bytes that should be a series key.
public enum SeriesKeyFault: Sendable, Hashable {
  /// There is no name.
  case nameEmpty
  /// The name is longer than ``ShardLimits/nameBytesMax``.
  case nameTooLong
  /// The name is not UTF-8.
  case nameNotUTF8
  /// A label has no name or no value, one of them is not UTF-8, the labels are not in the order of
  /// their names, there are too many, or they are too long.
  case labelsInvalid
}

extension SeriesKey {
  /// What is wrong with a key that somebody else made; nil: it is the key of some point that a node
  /// could have admitted, and the only one of its name and labels. O(key).
  ///
  /// - Parameter range: must lie within `bytes`.
  public static func fault(_ bytes: RawSpan, _ range: Range<Int>) -> SeriesKeyFault? {
    // Most keys are names, and the name's check finds the marks: they are in no UTF-8.
    if (1...ShardLimits.nameBytesMax).contains(range.count), UTF8Check.isValid(bytes, range) {
      return nil
    }
    let end = nameEnd(bytes, range)
    let name = range.lowerBound..<end
    if name.isEmpty { return .nameEmpty }
    if name.count > ShardLimits.nameBytesMax { return .nameTooLong }
    if !UTF8Check.isValid(bytes, name) { return .nameNotUTF8 }
    return areLabelsValid(bytes, end..<range.upperBound) ? nil : .labelsInvalid
  }

  /// Whether the labels of a key, which begin with a mark, are as they must be.
  private static func areLabelsValid(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    guard range.count <= ShardLimits.labelBytesMax else { return false }
    var before: Range<Int>?
    var start = range.lowerBound
    var count = 0
    while start < range.upperBound {
      let inside = start + 1..<range.upperBound
      let end = nameEnd(bytes, inside)
      let label = start + 1..<end
      guard let mark = first(valueMark, bytes, label) else { return false }
      let name = label.lowerBound..<mark
      let value = mark + 1..<label.upperBound
      guard !name.isEmpty, !value.isEmpty, UTF8Check.isValid(bytes, name),
        UTF8Check.isValid(bytes, value)
      else { return false }
      if let before, compare(bytes, before, bytes, name) >= 0 { return false }
      before = name
      count += 1
      start = end
    }
    return count <= ShardLimits.labelsMax
  }

  private static func first(_ byte: UInt8, _ bytes: RawSpan, _ range: Range<Int>) -> Int? {
    range.first { unsafe bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) == byte }
  }

  /// As `memcmp` does, the shorter first where one begins the other.
  public static func compare(
    _ left: RawSpan, _ leftRange: Range<Int>, _ right: RawSpan, _ rightRange: Range<Int>
  ) -> Int {
    for offset in 0..<min(leftRange.count, rightRange.count) {
      let leftByte = unsafe left.unsafeLoad(
        fromByteOffset: leftRange.lowerBound + offset, as: UInt8.self)
      let rightByte = unsafe right.unsafeLoad(
        fromByteOffset: rightRange.lowerBound + offset, as: UInt8.self)
      if leftByte != rightByte { return Int(leftByte) - Int(rightByte) }
    }
    return leftRange.count - rightRange.count
  }
}
