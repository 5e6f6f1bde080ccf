// SPDX-License-Identifier: Apache-2.0

extension LinkSender {
  /// What to do about the stream.
  public enum OnTick: Sendable, Hashable {
    /// Nothing.
    case nothing
    /// Open a stream, then call ``connected(now:)`` or ``disconnected(_:refused:now:)``.
    case connect
    /// Close the stream, or stop opening it, then call ``disconnected(_:refused:now:)``: not before
    /// is the next one asked for.
    case disconnect(String)
  }

  /// Time has passed. Call it every 100 ms or so, then ``nextMessage(now:wall:)``.
  ///
  /// - Parameter wall: Unix seconds.
  public mutating func tick(now: LinkTime, wall: Int64) -> OnTick {
    defer { check() }
    advancePresence(now)
    settleOverdue(now)
    expireHints(wall)
    switch phase {
    case .waiting(let until):
      if let until, now < until { return .nothing }
      phase = .connecting(since: now)
      return .connect
    case .connecting(let since): return disconnect(now, since, "cannot connect")
    case .greeting(let since): return disconnect(now, since, "no welcome")
    case .live: return stallIfDue(now)
    case .closing: return .nothing
    case .stalled(let since):
      guard now - since >= RouterLimits.linkStallTimeout else { return .nothing }
      return disconnect(now, "no acks")
    }
  }

  /// Whether the peer counts as away by now.
  mutating func advancePresence(_ now: LinkTime) {
    switch presence {
    case .unknown: presence = .missing(since: now)
    case .missing(let since) where now - since >= RouterLimits.linkAckTimeout: goAway()
    case .missing, .present, .away: break
    }
  }

  private mutating func stallIfDue(_ now: LinkTime) -> OnTick {
    guard let since = stream.waitingSince, now - since >= RouterLimits.linkAckTimeout else {
      return .nothing
    }
    phase = .stalled(since: now)
    error = "no acks"
    goAway()
    return .nothing
  }

  private mutating func disconnect(_ now: LinkTime, _ since: LinkTime, _ reason: String) -> OnTick {
    guard now - since >= RouterLimits.linkOpenTimeout else { return .nothing }
    return disconnect(now, reason)
  }

  private mutating func disconnect(_ now: LinkTime, _ reason: String) -> OnTick {
    leave(reason, now)
    phase = .closing
    return .disconnect(reason)
  }
}
