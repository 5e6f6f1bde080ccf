// SPDX-License-Identifier: Apache-2.0

/// When one stream's flow-control bytes go back to the sender.
///
/// Bytes of messages that a consumer holds go back when it is done with them. Bytes copied to join
/// a message must go back at once, or a message larger than the window could never arrive, but only
/// while the consumer holds nothing: otherwise a slow consumer of large messages would be sent
/// more and more of them. Memory is so bounded by one window and one message for each stream.
struct StreamCredit: Equatable {
  /// Handed to the consumer and not yet consumed.
  private(set) var outstandingBytes = 0
  /// Copied while messages were outstanding.
  private(set) var withheldBytes = 0

  /// Bytes were copied to join a message.
  ///
  /// - Returns: bytes to give back now.
  mutating func copied(_ bytes: Int) -> Int {
    guard outstandingBytes > 0 else { return bytes }
    withheldBytes += bytes
    return 0
  }

  /// Messages that took `bytes` of the window were given to the consumer.
  mutating func handedOut(_ bytes: Int) {
    outstandingBytes += bytes
  }

  /// The consumer is done with messages that took `bytes` of the window.
  ///
  /// - Returns: bytes to give back now.
  mutating func consumed(_ bytes: Int) -> Int {
    precondition(bytes <= outstandingBytes, "more consumed than was handed out")
    outstandingBytes -= bytes
    guard outstandingBytes == 0 else { return bytes }
    defer { withheldBytes = 0 }
    return bytes + withheldBytes
  }
}
