// SPDX-License-Identifier: Apache-2.0

/// All that comes from one peer: which of its streams counts, which frames are new, and what the
/// peer is told.
///
/// It decodes and checks frames, hands each on once, and acks what its caller says to be applied.
/// Its marks outlive streams: frames that were under way when a stream ended are applied and
/// counted, and not applied again when they are sent again. They end with the sender's life.
///
/// At most one stream of the sender is live, the latest. Verdicts are kept for frames that the
/// sender may not have heard of, ``RouterLimits/linkFramesInFlightMax`` a lane.
public struct LinkReceiver {
  let settings: LinkSettings
  /// Which node sends.
  public let sender: NodeID
  /// The latest of its lives that was heard of; 0: none.
  public internal(set) var incarnation: UInt64 = 0
  /// The live stream, as the caller numbered it.
  public internal(set) var stream: UInt64?
  /// What came.
  public internal(set) var counters = LinkReceiverCounters()
  /// Nodes that left for good, told with the next welcome; a sender among them is refused.
  /// At most ``RouterLimits/linkDepartedMax``.
  public var departed: [NodeIdentity] = []
  /// How often this node's membership has changed, told with acks.
  public var epoch: UInt64 = 0

  var decoder = FrameDecoder()
  var lanes = PerLane { _ in ReceiverLane(first: 1) }
  var heartbeat: UInt64 = 0

  /// Nothing has come from that node.
  public init(_ settings: LinkSettings, from sender: NodeID) {
    self.settings = settings
    self.sender = sender
  }

  /// A stream has ended, whoever ended it. Frames of it that are with the shards still count.
  public mutating func closed(stream: UInt64) {
    if self.stream == stream { self.stream = nil }
  }
}

/// What came from one peer.
public struct LinkReceiverCounters: Sendable, Hashable {
  /// Frames handed on to be applied.
  public internal(set) var framesTaken = 0
  /// Rows of those.
  public internal(set) var pointsTaken = 0
  /// Frames that came again and were acked only.
  public internal(set) var framesRepeated = 0
  /// Frames applied.
  public internal(set) var framesApplied = 0
  /// Rows of those that the shards did not take.
  public internal(set) var pointsRejected = 0
  /// Streams welcomed.
  public internal(set) var streams = 0
  /// Messages on streams, before compression.
  public internal(set) var bytesReceived = 0

  /// No counts.
  public init() {}
}
