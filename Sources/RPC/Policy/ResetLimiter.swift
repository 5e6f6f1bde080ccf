// SPDX-License-Identifier: Apache-2.0

/// A token bucket over the streams that a peer opens and resets, against "rapid reset"
/// (CVE-2023-44487): each costs work, none counts as a concurrent stream for long.
struct ResetLimiter {
  /// What to do with a RST_STREAM frame.
  enum OnReset: Equatable {
    case allow
    /// Send GOAWAY with ENHANCE_YOUR_CALM and close the connection.
    case closeConnection
  }

  private let burst: Double
  private let perSecond: Double
  private var tokens: Double
  private var countedAt: ContinuousClock.Instant

  /// Starts full.
  ///
  /// - Parameters:
  ///   - burst: resets allowed at once.
  ///   - perSecond: resets allowed in the long run.
  init(burst: Int, perSecond: Int, now: ContinuousClock.Instant) {
    precondition(burst > 0 && perSecond >= 0, "a burst must be positive, a rate not negative")
    self.burst = Double(burst)
    self.perSecond = Double(perSecond)
    tokens = self.burst
    countedAt = now
  }

  /// The peer reset a stream of its own.
  mutating func resetReceived(now: ContinuousClock.Instant) -> OnReset {
    let elapsed = max(0, countedAt.duration(to: now) / .seconds(1))
    tokens = min(burst, tokens + elapsed * perSecond)
    countedAt = max(countedAt, now)
    guard tokens >= 1 else { return .closeConnection }
    tokens -= 1
    return .allow
  }
}
