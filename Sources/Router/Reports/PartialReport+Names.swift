// SPDX-License-Identifier: Apache-2.0
internal import Shard

extension PartialReport {
  /// Whether two rows name the same series. O(name).
  func hasName(_ row: Int, like otherRow: Int, of other: PartialReport) -> Bool {
    let own = nameRange(row)
    let theirs = other.nameRange(otherRow)
    guard own.count == theirs.count else { return false }
    return compareBytes(nameBytes.span, own, other.nameBytes.span, theirs) == 0
  }

  /// Whether a row's name comes before another's, by bytes. O(name).
  func isName(_ row: Int, before otherRow: Int) -> Bool {
    let bytes = nameBytes.span
    return compareBytes(bytes, nameRange(row), bytes, nameRange(otherRow)) < 0
  }

  /// Whether a row's name comes behind `name`, by bytes. O(name).
  func isName(_ row: Int, after name: [UInt8]) -> Bool {
    compareBytes(nameBytes.span, nameRange(row), name.span, 0..<name.count) > 0
  }
}

/// Compares two runs of bytes as `memcmp` does, the shorter first where one begins the other; eight
/// bytes at a time.
private func compareBytes(
  _ left: Span<UInt8>, _ leftRange: Range<Int>, _ right: Span<UInt8>, _ rightRange: Range<Int>
) -> Int {
  let shared = min(leftRange.count, rightRange.count)
  var offset = 0
  while shared - offset >= 8 {
    let leftWord = unsafe left.bytes.unsafeLoadUnaligned(
      fromByteOffset: leftRange.lowerBound + offset, as: UInt64.self)
    let rightWord = unsafe right.bytes.unsafeLoadUnaligned(
      fromByteOffset: rightRange.lowerBound + offset, as: UInt64.self)
    if leftWord != rightWord {
      return leftWord.bigEndian < rightWord.bigEndian ? -1 : 1
    }
    offset += 8
  }
  while offset < shared {
    let leftByte = left[leftRange.lowerBound + offset]
    let rightByte = right[rightRange.lowerBound + offset]
    if leftByte != rightByte { return leftByte < rightByte ? -1 : 1 }
    offset += 1
  }
  return leftRange.count - rightRange.count
}
