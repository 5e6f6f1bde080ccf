// SPDX-License-Identifier: Apache-2.0

extension HistogramScale {
  /// The bucket of a magnitude at the finest scale. O(1), exact.
  ///
  /// - Precondition: `magnitude` is finite and positive.
  public static func index(of magnitude: Double) -> Int32 {
    precondition(magnitude > 0 && magnitude.isFinite, "no bucket holds this")
    let significand = magnitude.significand
    var (low, high) = (0, 32)
    // The last bound below the significand; none is below 1.
    while low < high {
      let middle = (low + high) / 2
      if significands[middle] < significand { low = middle + 1 } else { high = middle }
    }
    return Int32(magnitude.exponent) * 32 + Int32(low) - 1
  }
}
