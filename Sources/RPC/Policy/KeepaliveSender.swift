// SPDX-License-Identifier: Apache-2.0

/// Decides when a quiet connection is pinged, and when it is dead.
///
/// Quiet time counts from the last byte read, whatever it was: a busy connection is never pinged.
/// It is not restarted when a call begins; a call on a connection that has long been quiet finds
/// the ping due at once. Any byte, not only the ping's answer, proves the peer alive.
///
/// Source: gRFC A8 (clients) and A9 (servers, which permit pings without calls).
struct KeepaliveSender {
  /// What to do when the timer fires.
  enum OnTimer: Equatable {
    /// Nothing is due; see ``wakeTime(openCalls:)``.
    case wait
    /// Send a PING frame.
    case ping
    /// The peer did not answer: close the connection, its calls are UNAVAILABLE.
    case close
  }

  private enum State {
    case quiet(since: ContinuousClock.Instant)
    case awaitingBytes(pingedAt: ContinuousClock.Instant)
    case dead
  }

  private var state: State
  private let interval: Duration
  private let timeout: Duration
  private let permitsWithoutCalls: Bool

  /// Starts with a connection.
  ///
  /// - Parameters:
  ///   - interval: quiet time before a ping.
  ///   - timeout: time from a ping to the peer's next byte.
  ///   - permitsWithoutCalls: whether connections without open calls are pinged too.
  init(
    interval: Duration, timeout: Duration, permitsWithoutCalls: Bool,
    now: ContinuousClock.Instant
  ) {
    precondition(interval > .zero && timeout > .zero, "keepalive times must be positive")
    self.interval = interval
    self.timeout = timeout
    self.permitsWithoutCalls = permitsWithoutCalls
    state = .quiet(since: now)
  }

  /// Bytes came from the peer.
  mutating func bytesRead(now: ContinuousClock.Instant) {
    if case .dead = state { return }
    state = .quiet(since: now)
  }

  /// Time has passed, or a call was opened.
  mutating func timerFired(now: ContinuousClock.Instant, openCalls: Int) -> OnTimer {
    guard let wake = wakeTime(openCalls: openCalls), wake <= now else { return .wait }
    switch state {
    case .quiet:
      state = .awaitingBytes(pingedAt: now)
      return .ping
    case .awaitingBytes:
      state = .dead
      return .close
    case .dead:
      return .wait
    }
  }

  /// When the timer should fire next; nil: not before a call is opened.
  func wakeTime(openCalls: Int) -> ContinuousClock.Instant? {
    switch state {
    case .quiet(let since):
      permitsWithoutCalls || openCalls > 0 ? since.advanced(by: interval) : nil
    case .awaitingBytes(let pingedAt): pingedAt.advanced(by: timeout)
    case .dead: nil
    }
  }
}
