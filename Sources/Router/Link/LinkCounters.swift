// SPDX-License-Identifier: Apache-2.0

/// What became of all points that one ``LinkSender`` took, as in `telemetry.LinkStatus`.
///
/// Always: `pointsTaken` is the sum of the nine below it. A point that its client was told to be
/// hinted counts as hinted, wherever it is, until its fate is known.
public struct LinkCounters: Sendable, Hashable {
  /// Given to ``LinkSender/take(_:ticket:now:wall:)``.
  public internal(set) var pointsTaken = 0
  /// Applied by the peer.
  public internal(set) var pointsForwarded = 0
  /// Not taken by the peer, and the client was told so.
  public internal(set) var pointsRejected = 0
  /// Brought to the peer by an earlier copy of their batch.
  public internal(set) var pointsRepeated = 0
  /// Sent, not acked.
  public internal(set) var pointsInFlight = 0
  /// Never sent.
  public internal(set) var pointsQueued = 0
  /// Settled as hinted, or taken without ticket, and still kept.
  public internal(set) var pointsHinted = 0
  /// Settled as shed: as much was hinted as may be.
  public internal(set) var pointsShed = 0
  /// Once hinted, then grown older than the window, rejected by the peer, or without room.
  public internal(set) var pointsGivenUp = 0
  /// Once hinted, then handed out by ``LinkSender/surrender()``.
  public internal(set) var pointsSurrendered = 0

  /// Bodies sent and not acked.
  public internal(set) var bytesInFlight = 0
  /// Of frames never sent, estimated from above.
  public internal(set) var bytesQueued = 0
  /// Of hints, those under way among them.
  public internal(set) var bytesHinted = 0

  /// Frames sent for the first time.
  public internal(set) var framesSent = 0
  /// Frames sent again, on a later stream.
  public internal(set) var framesResent = 0
  /// Rows of all frames sent, those sent again included.
  public internal(set) var pointsSent = 0
  /// All messages sent, before compression.
  public internal(set) var bytesSent = 0

  /// No counts.
  public init() {}

  /// Points kept or sent, of which the fate is not known.
  public var pointsUnderWay: Int { pointsInFlight + pointsQueued + pointsHinted }

  /// Whether every point taken is in exactly one place.
  public var isBalanced: Bool {
    pointsTaken
      == pointsForwarded + pointsRejected + pointsRepeated + pointsInFlight + pointsQueued
      + pointsHinted
      + pointsShed + pointsGivenUp + pointsSurrendered
  }
}
