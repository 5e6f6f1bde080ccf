// SPDX-License-Identifier: Apache-2.0

/// Every fixed limit of this module, and the defaults of those that options can change.
enum Limits {
  // MARK: Messages

  /// Default of the receive limit, as in every gRPC implementation.
  static let messageBytesMax = 4 << 20  // 4 MiB
  /// Room asked for at once while decompressing: two of LZ4's 64 KiB blocks would be 128 KiB; one
  /// keeps a step inside the L2 cache.
  static let decompressionStepBytes = 64 << 10  // 64 KiB
  /// A loop keeps its decompression buffer up to this size from one message to the next: a link's
  /// frames fit many times over, and 4 MiB messages do not pin 4 MiB for each loop forever.
  static let decompressedBytesKeptMax = 1 << 20  // 1 MiB

  /// Largest window of a zstd frame, as a power of two: 8 MiB, which RFC 8878 3.1.1.1.2 asks every
  /// decoder to support, or the message limit where that is larger, up to 128 MiB.
  static func zstdWindowLogMax(messageBytesMax: Int) -> Int32 {
    let log = Int.bitWidth - max(messageBytesMax - 1, 1).leadingZeroBitCount
    return Int32(min(max(log, 23), 27))
  }
}
