// SPDX-License-Identifier: Apache-2.0

/// What both ends of a node's links are told about the node.
public struct LinkSettings: Sendable, Hashable {
  /// The cluster's name; a peer of another is refused.
  public var cluster: String
  /// The node itself.
  public var own: NodeIdentity
  /// Span of the window, the same on all nodes. Seconds.
  public var windowSeconds: Int64
  /// Span of a slice, the same on all nodes. Seconds.
  public var resolutionSeconds: Int64
  /// As a receiver: bytes of frame bodies that one sender may have under way.
  public var creditBytes: Int
  /// As a sender: most bytes of hints for one peer.
  public var hintBytesMax: Int
  /// As a sender: most bytes of frames for one peer that were never sent; half as many bytes may be
  /// under way.
  public var queueBytesMax: Int

  /// Settings as given.
  ///
  /// - Precondition: spans and bounds are positive; `hintBytesMax` may be 0.
  public init(
    cluster: String, own: NodeIdentity, windowSeconds: Int64, resolutionSeconds: Int64,
    creditBytes: Int = RouterLimits.linkCreditBytesDefault,
    hintBytesMax: Int = RouterLimits.linkHintBytesMaxDefault,
    queueBytesMax: Int = RouterLimits.linkQueueBytesMaxDefault
  ) {
    precondition(windowSeconds > 0 && resolutionSeconds > 0, "spans must be positive")
    precondition(creditBytes > 0 && queueBytesMax > 0 && hintBytesMax >= 0, "bounds out of range")
    self.cluster = cluster
    self.own = own
    self.windowSeconds = windowSeconds
    self.resolutionSeconds = resolutionSeconds
    self.creditBytes = creditBytes
    self.hintBytesMax = hintBytesMax
    self.queueBytesMax = queueBytesMax
  }
}
