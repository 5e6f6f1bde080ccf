// SPDX-License-Identifier: Apache-2.0

/// The buckets of base-2 exponential histograms, as in OpenTelemetry and in Prometheus' native
/// histograms.
///
/// At scale `s` bucket `i` holds the magnitudes in `(base^i, base^(i + 1)]`, where `base` is
/// `2^(2^-s)`. Bucket `i` of a scale lies in bucket `i >> 1` of the next coarser one. Zeros are
/// counted apart, and negative values in buckets of their own by their magnitude; both signs have
/// the same scale: the finest, at most ``finest``, at which neither takes more than ``bucketsMax``
/// buckets from its least to its greatest. So the histogram of some values is the same in whatever
/// order they came, and however they were divided and merged.
public enum HistogramScale {
  /// Base 2^(1/32): a value read from the middle of its bucket is off by 1.1 % at most.
  public static let finest = 5
  /// All doubles lie in 2098 powers of two: 132 buckets of 2^16.
  public static let coarsest = -4
  /// Most buckets of one sign.
  public static let bucketsMax = 160
}
