// SPDX-License-Identifier: Apache-2.0

/// One message as it came out of the stream: decompressed bytes, and whether it was compressed.
public struct ReceivedMessage: Sendable, Hashable {
  /// The message, decompressed.
  public var bytes: [UInt8]
  /// The Compressed-Flag of its length prefix.
  public var wasCompressed: Bool

  /// Makes a message.
  public init(bytes: [UInt8], wasCompressed: Bool = false) {
    self.bytes = bytes
    self.wasCompressed = wasCompressed
  }
}
