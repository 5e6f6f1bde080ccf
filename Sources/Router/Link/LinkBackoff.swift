// SPDX-License-Identifier: Apache-2.0

/// How long a sender waits after a stream that failed: doubling, with jitter, so that the peers of
/// a node that comes back do not all call at once.
///
/// Short compared with gRPC's own second: nodes of a cluster are near, and points wait.
struct LinkBackoff {
  private var next = RouterLimits.linkBackoffInitial
  private var random: LinkRandom

  init(seed: UInt64) { random = LinkRandom(seed: seed) }

  /// A stream failed, or could not be opened.
  ///
  /// - Returns: milliseconds to wait.
  mutating func failed() -> Int64 {
    let spread = next / RouterLimits.linkBackoffJitterDivisor
    let wait = next + Int64.random(in: -spread...spread, using: &random)
    next = min(2 * next, RouterLimits.linkBackoffMax)
    return wait
  }

  /// The peer has acked something: it is well.
  mutating func succeeded() { next = RouterLimits.linkBackoffInitial }
}
