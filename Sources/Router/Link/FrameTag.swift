// SPDX-License-Identifier: Apache-2.0

/// Names a frame from ``LinkReceiver/OnReceived/apply(_:_:)`` until it is applied.
public struct FrameTag: Sendable, Hashable {
  /// The sender's life that it came from.
  let incarnation: UInt64
  let lane: Lane
  let sequence: UInt64
}

/// Frames of one lane arrive in order, each once. Fresh points do not wait for old ones.
enum Lane: UInt8, Sendable, Hashable, CaseIterable {
  case live = 0
  case hint = 1
}
