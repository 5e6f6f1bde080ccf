// SPDX-License-Identifier: Apache-2.0

extension HistogramScale {
  /// 2^(k/32), rounded down: a double lies above such a bound exactly when it lies above the
  /// irrational number.
  static let significands: [32 of Double] = [
    0x1.0000000000000p+0, 0x1.059b0d3158574p+0, 0x1.0b5586cf9890fp+0, 0x1.11301d0125b50p+0,
    0x1.172b83c7d517ap+0, 0x1.1d4873168b9aap+0, 0x1.2387a6e756238p+0, 0x1.29e9df51fdee1p+0,
    0x1.306fe0a31b715p+0, 0x1.371a7373aa9cap+0, 0x1.3dea64c123422p+0, 0x1.44e086061892dp+0,
    0x1.4bfdad5362a27p+0, 0x1.5342b569d4f81p+0, 0x1.5ab07dd485429p+0, 0x1.6247eb03a5584p+0,
    0x1.6a09e667f3bccp+0, 0x1.71f75e8ec5f73p+0, 0x1.7a11473eb0186p+0, 0x1.82589994cce12p+0,
    0x1.8ace5422aa0dbp+0, 0x1.93737b0cdc5e4p+0, 0x1.9c49182a3f090p+0, 0x1.a5503b23e255cp+0,
    0x1.ae89f995ad3adp+0, 0x1.b7f76f2fb5e46p+0, 0x1.c199bdd85529cp+0, 0x1.cb720dcef9069p+0,
    0x1.d5818dcfba487p+0, 0x1.dfc97337b9b5ep+0, 0x1.ea4afa2a490d9p+0, 0x1.f50765b6e4540p+0,
  ]

  /// The bucket of the least magnitude at the finest scale, 2^-1074: it ends there.
  static let indexMin: Int32 = -1074 * 32 - 1
  /// The bucket of the greatest finite magnitude at the finest scale: it ends at 2^1024.
  static let indexMax: Int32 = 1024 * 32 - 1

  /// How many times as large as its beginning the end of a bucket is.
  ///
  /// - Precondition: `scale` is within ``coarsest`` and ``finest``.
  public static func base(_ scale: Int) -> Double {
    precondition((coarsest...finest).contains(scale), "no such scale")
    guard scale > 0 else { return Double(UInt64(1) << (1 << UInt64(-scale))) }
    return significands[32 >> scale]
  }

  /// Where a bucket begins; the next but one magnitude belongs to it. `bound(index + 1)` is the
  /// last one that does. Rounded down; 0 below 2^-1074, infinite from 2^1024 on. O(1).
  ///
  /// - Precondition: `scale` is within ``coarsest`` and ``finest``.
  public static func bound(_ index: Int32, scale: Int) -> Double {
    let (significand, exponent) = parts(index, scale: scale)
    return Double(sign: .plus, exponent: exponent, significand: significand)
  }

  /// The value that is off by the same part of either end of a bucket: 2 x low x high /
  /// (low + high). At least the least double. O(1).
  ///
  /// - Precondition: `scale` is within ``coarsest`` and ``finest``.
  public static func middle(_ index: Int32, scale: Int) -> Double {
    let (significand, exponent) = parts(index, scale: scale)
    let base = base(scale)
    let middle = Double(
      sign: .plus, exponent: exponent, significand: significand * (2 * base / (1 + base)))
    return max(middle, .leastNonzeroMagnitude)
  }

  /// By how much of itself a value is at most off that is read as ``middle(_:scale:)`` of its
  /// bucket. Values below 2^-1022, which have fewer digits, may be off by half of the least double
  /// more.
  ///
  /// - Precondition: `scale` is within ``coarsest`` and ``finest``.
  public static func relativeError(_ scale: Int) -> Double {
    let base = base(scale)
    // What the computation of bounds and middles itself rounds.
    return (base - 1) / (base + 1) + 0x1p-50
  }

  /// The buckets of a scale that doubles lie in.
  static func indices(_ scale: Int) -> ClosedRange<Int32> {
    let steps = Int32(finest - scale)
    return indexMin >> steps...indexMax >> steps
  }

  /// Whether there is such a scale, one histogram may have so many buckets of it, and doubles lie
  /// in all of them.
  public static func has(_ start: Int32, _ count: Int, scale: Int) -> Bool {
    guard (coarsest...finest).contains(scale), count <= bucketsMax else { return false }
    let indices = indices(scale)
    return count == 0
      || (start >= indices.lowerBound && Int(start) + count - 1 <= Int(indices.upperBound))
  }

  /// How many scales coarser the buckets `first` to `last` must be for their number to be allowed.
  @inline(__always)
  static func stepsNeeded(_ first: Int32, _ last: Int32) -> Int {
    var steps = 0
    while Int(last >> Int32(steps)) - Int(first >> Int32(steps)) >= bucketsMax { steps += 1 }
    return steps
  }

  private static func parts(_ index: Int32, scale: Int) -> (significand: Double, exponent: Int) {
    precondition((coarsest...finest).contains(scale), "no such scale")
    guard scale > 0 else { return (1, Int(index) << -scale) }
    let fraction = Int(index) & (1 << scale - 1)
    return (significands[fraction << (finest - scale)], Int(index) >> scale)
  }
}
