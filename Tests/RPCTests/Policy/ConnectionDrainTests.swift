// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RPC

private let start = ContinuousClock.now

private func after(_ seconds: Double) -> ContinuousClock.Instant {
  start.advanced(by: .seconds(seconds))
}

@Suite("A connection's drain")
struct ConnectionDrainTests {
  @Test("sends a notice, the final GOAWAY after a round trip, and closes after the last call")
  func graceful() {
    var drain = ConnectionDrain()
    #expect(drain.begin(now: start, grace: .seconds(30)) == .sendNotice)
    #expect(drain.pingAcknowledged(now: after(0.1), openStreams: 2) == .sendFinal)
    #expect(drain.streamClosed(openStreams: 1) == .none)
    #expect(drain.streamClosed(openStreams: 0) == .close)
    #expect(drain.wakeTime == nil)
    #expect(drain.timerFired(now: after(99), openStreams: 0) == .none)
  }

  @Test("does not wait long for a peer that does not answer the ping")
  func silentPeer() {
    var drain = ConnectionDrain()
    #expect(drain.begin(now: start, grace: .seconds(30)) == .sendNotice)
    #expect(drain.wakeTime == after(1))
    #expect(drain.timerFired(now: after(0.9), openStreams: 1) == .none)
    #expect(drain.timerFired(now: after(1), openStreams: 1) == .sendFinal)
    #expect(drain.pingAcknowledged(now: after(2), openStreams: 1) == .none)
  }

  @Test("closes an idle connection with the final GOAWAY")
  func idle() {
    var drain = ConnectionDrain()
    #expect(drain.begin(now: start, grace: nil) == .sendNotice)
    #expect(drain.streamClosed(openStreams: 0) == .none)
    #expect(drain.pingAcknowledged(now: after(0.1), openStreams: 0) == .sendFinalThenClose)
  }

  @Test("asks calls to end when the grace is over, counted from the final GOAWAY")
  func graceOver() {
    var drain = ConnectionDrain()
    #expect(drain.begin(now: start, grace: .seconds(3)) == .sendNotice)
    #expect(drain.pingAcknowledged(now: after(0.5), openStreams: 1) == .sendFinal)
    #expect(drain.timerFired(now: after(3.4), openStreams: 1) == .none)
    #expect(drain.wakeTime == after(3.5))
    #expect(drain.timerFired(now: after(3.5), openStreams: 2) == .endCalls)
    #expect(drain.timerFired(now: after(3.5), openStreams: 2) == .none)
    #expect(drain.streamClosed(openStreams: 1) == .none)
    #expect(drain.streamClosed(openStreams: 0) == .close)
    #expect(drain.wakeTime == nil)
  }

  @Test("cuts off calls that do not end when they are asked to")
  func deafCalls() {
    var drain = ConnectionDrain()
    #expect(drain.begin(now: start, grace: .zero) == .sendNotice)
    #expect(drain.pingAcknowledged(now: start, openStreams: 1) == .sendFinal)
    #expect(drain.timerFired(now: start, openStreams: 1) == .endCalls)
    #expect(drain.begin(now: after(1), grace: .zero) == .none)
    #expect(drain.wakeTime == start.advanced(by: Limits.drainEndingMax))
    #expect(drain.timerFired(now: after(1.9), openStreams: 1) == .none)
    #expect(drain.timerFired(now: after(2), openStreams: 1) == .close)
    #expect(drain.streamClosed(openStreams: 0) == .none)
  }

  @Test("never waits longer for the notice than the whole grace")
  func noGrace() {
    var drain = ConnectionDrain()
    #expect(drain.begin(now: start, grace: .zero) == .sendNotice)
    #expect(drain.timerFired(now: start, openStreams: 1) == .sendFinal)
    #expect(drain.timerFired(now: start, openStreams: 1) == .endCalls)
  }

  @Test("is shortened by a second beginning, never lengthened")
  func again() {
    var drain = ConnectionDrain()
    #expect(drain.begin(now: start, grace: nil) == .sendNotice)
    #expect(drain.begin(now: start, grace: .seconds(60)) == .none)
    #expect(drain.timerFired(now: after(1), openStreams: 1) == .sendFinal)
    #expect(drain.wakeTime == after(61))
    #expect(drain.begin(now: after(2), grace: .seconds(5)) == .none)
    #expect(drain.begin(now: after(2), grace: nil) == .none)
    #expect(drain.begin(now: after(2), grace: .seconds(50)) == .none)
    #expect(drain.wakeTime == after(7))
  }
}

@Suite("A connection's age")
struct ConnectionAgeTests {
  @Test("is spread by ten per cent either way", arguments: [(0.0, 90.0), (0.5, 100), (0.75, 105)])
  func jitter(random: Double, seconds: Double) {
    let age = ConnectionAge(openedAt: start, ageMax: .seconds(100), random: random)
    let difference = after(seconds).duration(to: age.drainTime)
    #expect(abs(difference / .seconds(1)) < 1e-6)
  }
}
