// SPDX-License-Identifier: Apache-2.0

/// The bucket of a finite value at the finest scale and its sign, in one number.
///
/// Buckets are numbered from 0 up: ``bias`` more than in ``HistogramScale``. The bias is a multiple
/// of every scale's bucket, so that a shift leads to the coarser scales here as well. Those of
/// negative values and the zeros are so much larger that none lies within a positive bucket's
/// counters, whatever the scale.
struct BucketCode: Hashable {
  static let bias: Int32 = 1 << 16
  private static let negative: Int32 = 1 << 20
  private static let zeroNumber: Int32 = 1 << 24

  let number: Int32

  static let zero = BucketCode(number: zeroNumber)

  private init(number: Int32) {
    self.number = number
  }

  /// The code of a value; says nothing of infinities and NaN.
  @inline(__always)
  init(_ value: Double) {
    let bits = value.bitPattern
    guard bits &>> 52 & 0x7FF != 0 else {
      self = BucketCode.code(ofTiny: value)
      return
    }
    let sign = Int32(truncatingIfNeeded: bits &>> 63) &<< 20
    number = HistogramScale.index(ofNormal: bits) &+ BucketCode.bias &+ sign
  }

  /// The first bucket of the finest scale that lies in bucket `index` of another.
  init(index: Int32, scale: Int, isNegative: Bool) {
    let finest = index << Int32(HistogramScale.finest - scale)
    self.init(bucket: finest + BucketCode.bias, isNegative: isNegative)
  }

  /// The code of a biased bucket of the finest scale.
  init(bucket: Int32, isNegative: Bool) {
    number = bucket + (isNegative ? BucketCode.negative : 0)
  }

  @inline(never)
  private static func code(ofTiny value: Double) -> BucketCode {
    if value == 0 { return zero }
    return BucketCode(
      index: HistogramScale.index(of: value.magnitude), scale: HistogramScale.finest,
      isNegative: value < 0)
  }

  var isZero: Bool { self == BucketCode.zero }
  var isNegative: Bool { number >= BucketCode.negative && !isZero }

  /// The bucket, biased, of a value that is not 0.
  var bucket: Int32 { number & (BucketCode.negative - 1) }

  /// The same in 18 bits.
  var packed: UInt32 {
    isZero ? 0x3FFFF : UInt32(bucket) | (isNegative ? 1 << 17 : 0)
  }

  init(packed: UInt32) {
    if packed == 0x3FFFF {
      self = .zero
    } else {
      self.init(bucket: Int32(packed & 0x1FFFF), isNegative: packed >> 17 == 1)
    }
  }
}
