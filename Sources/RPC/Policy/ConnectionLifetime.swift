// SPDX-License-Identifier: Apache-2.0

/// When a server's connection is pinged, told to end, and ended: keepalive, enforcement against
/// pings, age and drain, behind one clock.
struct ConnectionLifetime {
  /// What the connection is to do.
  enum Action: Equatable {
    /// Send a PING.
    case ping
    /// Send the first GOAWAY of a drain.
    case warn
    /// Send the last GOAWAY of a drain.
    case goAway
    /// End every call, for this reason.
    case endCalls(reason: String)
    /// Send GOAWAY with ENHANCE_YOUR_CALM and close.
    case refuseToBePinged
    /// Close; open calls end with this reason.
    case close(reason: String)
    /// Call ``ConnectionLifetime/tick(now:)`` then.
    case wake(ContinuousClock.Instant)
  }

  private var keepalive: KeepaliveSender
  private var enforcer: PingEnforcer
  private var age: ConnectionAge?
  private var reason = "the connection grew old: open another, which may lead elsewhere"
  private var drain = ConnectionDrain()
  private let ageGrace: Duration?
  private var openStreams = 0

  /// - Parameter random: uniform in 0..<1, for the age's jitter.
  init(_ options: ServerOptions, now: ContinuousClock.Instant, random: Double) {
    keepalive = KeepaliveSender(
      interval: options.keepaliveInterval, timeout: options.keepaliveTimeout,
      permitsWithoutCalls: true, now: now)
    enforcer = PingEnforcer(intervalMin: options.pingIntervalMin, permitsWithoutCalls: true)
    age = options.connectionAgeMax.map {
      ConnectionAge(openedAt: now, ageMax: $0, random: random)
    }
    ageGrace = options.connectionAgeGrace
  }

  // MARK: Events

  mutating func bytesRead(now: ContinuousClock.Instant) { keepalive.bytesRead(now: now) }

  mutating func answerSent() { enforcer.answerSent() }

  mutating func streamOpened() { openStreams += 1 }

  mutating func streamClosed(now: ContinuousClock.Instant) -> [Action] {
    openStreams -= 1
    return actions(drain.streamClosed(openStreams: openStreams))
  }

  mutating func pingReceived(now: ContinuousClock.Instant) -> [Action] {
    switch enforcer.pingReceived(now: now, openCalls: openStreams) {
    case .allow: []
    case .closeConnection: [.refuseToBePinged]
    }
  }

  mutating func pingAcknowledged(now: ContinuousClock.Instant) -> [Action] {
    actions(drain.pingAcknowledged(now: now, openStreams: openStreams)) + wake(now)
  }

  /// The server goes down: calls may take `grace` from now.
  mutating func shutDown(now: ContinuousClock.Instant, grace: Duration) -> [Action] {
    reason = "the server is going down"
    return actions(drain.begin(now: now, grace: grace)) + wake(now)
  }

  /// Time has passed.
  mutating func tick(now: ContinuousClock.Instant) -> [Action] {
    var result: [Action] = []
    switch keepalive.timerFired(now: now, openCalls: openStreams) {
    case .wait: break
    case .ping: result.append(.ping)
    case .close: return [.close(reason: "the client does not answer pings")]
    }
    if let drainTime = age?.drainTime, drainTime <= now {
      age = nil
      result += actions(drain.begin(now: now, grace: ageGrace))
    }
    result += actions(drain.timerFired(now: now, openStreams: openStreams))
    return result + wake(now)
  }

  // MARK: -

  private func wake(_ now: ContinuousClock.Instant) -> [Action] {
    let times = [keepalive.wakeTime(openCalls: openStreams), age?.drainTime, drain.wakeTime]
    return times.compactMap(\.self).min().map { [.wake($0)] } ?? []
  }

  private func actions(_ action: ConnectionDrain.Action) -> [Action] {
    switch action {
    case .none: []
    case .sendNotice: [.warn, .ping]
    case .sendFinal: [.goAway]
    case .sendFinalThenClose: [.goAway, .close(reason: reason)]
    case .endCalls: [.endCalls(reason: reason)]
    case .close: [.close(reason: reason)]
    }
  }
}
