// SPDX-License-Identifier: Apache-2.0

/// Ends a server's connection without losing a call: RFC 9113 6.8, "graceful shutdown".
///
/// First a notice (GOAWAY with id 2^31 - 1) and a PING. When the PING's answer is back, or after
/// ``Limits/drainNoticeMax``, every call that the client began before it read the notice has
/// arrived, and the final GOAWAY names the last of them. The connection closes when its calls are
/// over. Calls that outlast the grace, counted from the final GOAWAY, are asked to end; those that
/// take longer than ``Limits/drainEndingMax`` for that are cut off.
struct ConnectionDrain {
  /// What to do after an event.
  enum Action: Equatable {
    case none
    /// Send GOAWAY(NO_ERROR) with last stream id 2^31 - 1, and a PING.
    case sendNotice
    /// Send GOAWAY(NO_ERROR) with the last stream id processed; refuse later ones.
    case sendFinal
    /// The same; there is nothing to wait for, so close when it has been written.
    case sendFinalThenClose
    /// The grace is over: end every call, each with what it can still say.
    case endCalls
    /// Close the connection; calls still open are cut off.
    case close
  }

  private enum State {
    case open
    case noticed(finalAt: ContinuousClock.Instant, grace: Duration?)
    case draining(endAt: ContinuousClock.Instant?)
    case ending(closeAt: ContinuousClock.Instant)
    case closed
  }

  private var state = State.open

  init() {}

  /// The connection is old, or the server shuts down. May come again with a shorter grace (the
  /// server shuts down while an old connection drains); a longer one changes nothing.
  ///
  /// - Parameter grace: time for open calls after the final GOAWAY; nil: as long as they take.
  mutating func begin(now: ContinuousClock.Instant, grace: Duration?) -> Action {
    switch state {
    case .open:
      let wait = min(Limits.drainNoticeMax, grace ?? Limits.drainNoticeMax)
      state = .noticed(finalAt: now.advanced(by: wait), grace: grace)
      return .sendNotice
    case .noticed(let finalAt, let before):
      state = .noticed(finalAt: finalAt, grace: [before, grace].compactMap(\.self).min())
    case .draining(let endAt):
      let times = [endAt, grace.map(now.advanced(by:))]
      state = .draining(endAt: times.compactMap(\.self).min())
    case .ending, .closed:
      break
    }
    return .none
  }

  /// The answer to the drain's PING came in.
  mutating func pingAcknowledged(now: ContinuousClock.Instant, openStreams: Int) -> Action {
    guard case .noticed(_, let grace) = state else { return .none }
    return finish(now: now, grace: grace, openStreams: openStreams)
  }

  /// Time has passed.
  mutating func timerFired(now: ContinuousClock.Instant, openStreams: Int) -> Action {
    switch state {
    case .noticed(let finalAt, let grace) where finalAt <= now:
      return finish(now: now, grace: grace, openStreams: openStreams)
    case .draining(let endAt?) where endAt <= now:
      state = .ending(closeAt: now.advanced(by: Limits.drainEndingMax))
      return .endCalls
    case .ending(let closeAt) where closeAt <= now:
      state = .closed
      return .close
    case .open, .noticed, .draining, .ending, .closed:
      return .none
    }
  }

  /// A stream ended and left `openStreams` others.
  mutating func streamClosed(openStreams: Int) -> Action {
    guard openStreams == 0 else { return .none }
    switch state {
    case .draining, .ending:
      state = .closed
      return .close
    case .open, .noticed, .closed:
      return .none
    }
  }

  /// When the timer should fire next.
  var wakeTime: ContinuousClock.Instant? {
    switch state {
    case .noticed(let finalAt, _): finalAt
    case .draining(let endAt): endAt
    case .ending(let closeAt): closeAt
    case .open, .closed: nil
    }
  }

  private mutating func finish(
    now: ContinuousClock.Instant, grace: Duration?, openStreams: Int
  ) -> Action {
    guard openStreams > 0 else {
      state = .closed
      return .sendFinalThenClose
    }
    state = .draining(endAt: grace.map(now.advanced(by:)))
    return .sendFinal
  }
}
