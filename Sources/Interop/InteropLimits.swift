// SPDX-License-Identifier: Apache-2.0

/// The limits of the interoperability programs, in one place.
public enum InteropLimits {
  /// Largest message that either program takes: a payload of 10 MiB, and room for the fields around
  /// it.
  public static let messageBytesMax = (10 << 20) + (64 << 10)
  /// Largest payload that a request may ask for. Larger than any client takes by default, so that
  /// clients can be shown too much; small enough that no request takes the server's memory.
  static let responseBytesMax = 64 << 20
  /// What a case may take as a whole, unless it is about time itself.
  static let caseTimeout = Duration.seconds(60)
}
