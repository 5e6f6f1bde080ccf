// SPDX-License-Identifier: Apache-2.0

/// Counts a client's pings that come too often, and says when that is enough.
///
/// Source: gRFC A8, "Server Enforcement". Answers (HEADERS or DATA frames sent) forgive everything
/// before them, since a client may measure a busy connection's round trip.
struct PingEnforcer {
  /// What to do with a PING frame that is no answer.
  enum OnPing: Equatable {
    /// Answer it; libnghttp2 does so by itself.
    case allow
    /// Send GOAWAY with ENHANCE_YOUR_CALM and ``debugData``, then close the connection at once.
    case closeConnection
  }

  /// The debug data of that GOAWAY; clients know it and ping half as often afterwards.
  static let debugData = "too_many_pings"

  private let intervalMin: Duration
  private let permitsWithoutCalls: Bool
  private var strikes = 0
  private var lastAllowed: ContinuousClock.Instant?

  /// Starts with a connection.
  ///
  /// - Parameters:
  ///   - intervalMin: shortest time between two pings.
  ///   - permitsWithoutCalls: whether that also holds while no call is open; if not, two hours do.
  init(intervalMin: Duration, permitsWithoutCalls: Bool) {
    self.intervalMin = intervalMin
    self.permitsWithoutCalls = permitsWithoutCalls
  }

  /// A PING frame without ACK came in.
  mutating func pingReceived(now: ContinuousClock.Instant, openCalls: Int) -> OnPing {
    let interval =
      openCalls > 0 || permitsWithoutCalls ? intervalMin : Limits.pingIntervalWithoutCallsMin
    if let lastAllowed, now < lastAllowed.advanced(by: interval) {
      strikes += 1
      return strikes > Limits.pingStrikesMax ? .closeConnection : .allow
    }
    lastAllowed = now
    return .allow
  }

  /// A HEADERS or DATA frame went out.
  mutating func answerSent() {
    strikes = 0
    lastAllowed = nil
  }
}
