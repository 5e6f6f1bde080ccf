// SPDX-License-Identifier: Apache-2.0

/// The hash of metric names: FNV-1a over the bytes, then a finaliser that spreads every input bit
/// over every output bit.
///
/// FNV-1a alone is weak in its high bits for short names, and the high bits choose the partition.
/// Nodes and shards of one cluster must agree on it: it never changes.
public enum FNV {
  /// FNV-1a 64, finished with ``mix(_:)``. O(bytes).
  ///
  /// - Parameter range: must lie within `bytes`.
  @inlinable
  public static func hash(_ bytes: RawSpan, _ range: Range<Int>) -> UInt64 {
    mix(hash1a(bytes, range))
  }

  /// Four hashes at a time, each as ``hash(_:_:)`` gives it. One hash waits for each of its
  /// multiplications; four keep the multiplier busy. O(bytes).
  ///
  /// - Parameter ranges: must lie within `bytes`.
  @inlinable
  public static func hashes(
    _ bytes: RawSpan, _ ranges: InlineArray<4, Range<Int>>
  ) -> InlineArray<4, UInt64> {
    hashes(bytes, ranges, from: InlineArray(repeating: start))
  }

  /// Four hashes at a time, of texts that begin with those that `hashes` are of and go on with
  /// `ranges`. O(bytes of the ranges).
  ///
  /// - Parameter ranges: must lie within `bytes`.
  @inlinable
  public static func hashes(
    _ bytes: RawSpan, _ ranges: InlineArray<4, Range<Int>>, behind hashes: InlineArray<4, UInt64>
  ) -> InlineArray<4, UInt64> {
    self.hashes(
      bytes, ranges,
      from: [unmix(hashes[0]), unmix(hashes[1]), unmix(hashes[2]), unmix(hashes[3])])
  }

  @inlinable
  static func hashes(
    _ bytes: RawSpan, _ ranges: InlineArray<4, Range<Int>>, from states: InlineArray<4, UInt64>
  ) -> InlineArray<4, UInt64> {
    var shared = Int.max
    for lane in ranges.indices {
      let range = ranges[lane]
      precondition(
        range.lowerBound >= 0 && range.upperBound <= bytes.byteCount, "range not in span")
      shared = min(shared, range.count)
    }
    let (first, second, third, fourth) = (
      ranges[0].lowerBound, ranges[1].lowerBound, ranges[2].lowerBound, ranges[3].lowerBound
    )
    var (a, b, c, d) = (states[0], states[1], states[2], states[3])
    for offset in 0..<shared {
      a = step(a, bytes, first + offset)
      b = step(b, bytes, second + offset)
      c = step(c, bytes, third + offset)
      d = step(d, bytes, fourth + offset)
    }
    return [
      mix(continued(a, bytes, first + shared..<ranges[0].upperBound)),
      mix(continued(b, bytes, second + shared..<ranges[1].upperBound)),
      mix(continued(c, bytes, third + shared..<ranges[2].upperBound)),
      mix(continued(d, bytes, fourth + shared..<ranges[3].upperBound)),
    ]
  }

  /// FNV-1a 64 as published (Fowler, Noll, Vo; RFC 9923).
  ///
  /// - Parameter range: must lie within `bytes`.
  @inlinable
  public static func hash1a(_ bytes: RawSpan, _ range: Range<Int>) -> UInt64 {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount, "range not in span")
    return continued(start, bytes, range)
  }

  @inlinable static var start: UInt64 { 0xCBF2_9CE4_8422_2325 }

  /// One multiplication after another is all there is to it; unrolling measured slower.
  @inlinable @inline(__always)
  static func continued(_ hash: UInt64, _ bytes: RawSpan, _ range: Range<Int>) -> UInt64 {
    var hash = hash
    for offset in range { hash = step(hash, bytes, offset) }
    return hash
  }

  /// The offset is within the span: checked by the callers, once instead of for each byte.
  @inlinable @inline(__always)
  static func step(_ hash: UInt64, _ bytes: RawSpan, _ offset: Int) -> UInt64 {
    let byte = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    return (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
  }

  /// The 64-bit finaliser of MurmurHash3 (Appleby): a bijection, so no two hashes become one.
  @inlinable
  public static func mix(_ hash: UInt64) -> UInt64 {
    var hash = hash
    hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
    return hash ^ (hash >> 33)
  }

  /// What ``mix(_:)`` made a hash of. Shifts by more than half undo themselves; the factors are the
  /// inverses of those there, modulo 2^64.
  @inlinable
  public static func unmix(_ hash: UInt64) -> UInt64 {
    var hash = hash
    hash = (hash ^ (hash >> 33)) &* 0x9CB4_B2F8_1293_37DB
    hash = (hash ^ (hash >> 33)) &* 0x4F74_430C_22A5_4005
    return hash ^ (hash >> 33)
  }
}
