// SPDX-License-Identifier: Apache-2.0

/// When a connection has grown old and is to be drained (``ConnectionDrain``), so that clients
/// spread anew over the servers behind a load balancer.
///
/// Source: gRFC A9: a jitter of up to 10 % either way keeps connections that were opened together
/// from being reopened together.
struct ConnectionAge: Equatable {
  /// When to begin the drain.
  let drainTime: ContinuousClock.Instant

  /// - Parameters:
  ///   - openedAt: when the connection was accepted.
  ///   - ageMax: its intended age.
  ///   - random: uniform in 0..<1.
  init(openedAt: ContinuousClock.Instant, ageMax: Duration, random: Double) {
    precondition((0..<1).contains(random), "random must be in 0..<1")
    let factor = 1 + Limits.connectionAgeJitter * (2 * random - 1)
    drainTime = openedAt.advanced(by: ageMax * factor)
  }
}
