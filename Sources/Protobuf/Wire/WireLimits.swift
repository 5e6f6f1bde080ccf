// SPDX-License-Identifier: Apache-2.0

/// What the reader allows a message to ask of it.
public enum WireLimits {
  /// Messages and groups within one another; each level costs stack. The C++, Go and Python
  /// runtimes allow as much.
  public static let nestingDepthMax = 100
  /// A field number has 29 bits.
  public static let fieldNumberMax = (1 << 29) - 1
  /// A varint of 64 bits takes ceil(64 / 7) bytes.
  public static let varintBytesMax = 10
  /// A tag or a length has 32 bits, which take ceil(32 / 7) bytes; the C++ and Python runtimes
  /// refuse longer ones, too, whatever their value.
  public static let shortVarintBytesMax = 5
}
