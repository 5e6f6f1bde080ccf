// SPDX-License-Identifier: Apache-2.0

/// What a sender remembers of one stream.
struct SenderStream {
  var encoder = FrameEncoder()
  /// Bytes of bodies that the peer lets be under way.
  var creditBytes = 0
  /// When anything was last sent.
  var sentAt = LinkTime(milliseconds: 0)
  /// Since when an answer is due; nil: none is.
  var waitingSince: LinkTime?
  /// The latest heartbeat sent, and the latest answered.
  var heartbeat: UInt64 = 0
  var heartbeatAnswered: UInt64 = 0
  /// Whether the open frame need not wait to fill.
  var mayCloseOpen = true

  var isHeartbeatDue: Bool { heartbeatAnswered < heartbeat }
}
