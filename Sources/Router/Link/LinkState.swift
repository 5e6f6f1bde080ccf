// SPDX-License-Identifier: Apache-2.0

/// How far a sender's stream is, as people and `telemetry.LinkStatus` name it.
public enum LinkState: String, Sendable, Hashable, CaseIterable {
  /// No stream; the next attempt is due later.
  case waiting
  /// The caller was asked to open a stream.
  case connecting
  /// The hello was sent, the welcome has not come.
  case greeting
  /// Frames go out, acks come back.
  case live
  /// The stream stands, but acks do not come.
  case stalled
}
