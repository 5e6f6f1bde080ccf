// SPDX-License-Identifier: Apache-2.0

/// Limits of a stream of metrics that is summed up.
public enum RecordLimits {
  /// Names of one stream: with 60 B of statistics each and ``nameBytesMax`` the answer takes less
  /// than 3 MiB; clients take 4.
  public static let namesMax = 10_000

  /// Bytes of those names.
  public static let nameBytesMax = 2 << 20

  /// The summary so far in the details of an error, statistics by name left out if it is longer:
  /// clients take 8 KiB of trailers, and base64 makes four bytes of three.
  public static let detailsBytesMax = 4 << 10
}
