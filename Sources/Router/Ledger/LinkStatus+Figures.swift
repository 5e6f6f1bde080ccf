// SPDX-License-Identifier: Apache-2.0
public import Proto

/// Figures of a link that follow from its counts.
extension LinkStatus {
  /// Bytes on the wire a point sent, all messages of the link counted; nil when none was sent.
  public var wireBytesPerPoint: Double? {
    pointsSent == 0 ? nil : Double(bytesSentCompressed) / Double(pointsSent)
  }

  /// How many times smaller compression makes what is sent; nil when no point was.
  public var compressionRatio: Double? {
    guard pointsSent > 0, bytesSentCompressed > 0 else { return nil }
    return Double(bytesSent) / Double(bytesSentCompressed)
  }

  /// Bytes that wait for the peer, hinted or under way.
  public var backlogBytes: UInt64 { bytesInFlight &+ bytesHinted }
}
