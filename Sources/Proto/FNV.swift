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

  /// FNV-1a 64 as published (Fowler, Noll, Vo; RFC 9923).
  ///
  /// - Parameter range: must lie within `bytes`.
  @inlinable
  public static func hash1a(_ bytes: RawSpan, _ range: Range<Int>) -> UInt64 {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount, "range not in span")
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    // One multiplication after another is all there is to it; unrolling measured slower.
    for offset in range {
      // Within the span: checked above, once instead of for each byte.
      let byte = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
    return hash
  }

  /// The 64-bit finaliser of MurmurHash3 (Appleby): a bijection, so no two hashes become one.
  @inlinable
  public static func mix(_ hash: UInt64) -> UInt64 {
    var hash = hash
    hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
    return hash ^ (hash >> 33)
  }
}
