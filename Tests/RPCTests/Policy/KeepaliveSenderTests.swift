// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RPC

private let start = ContinuousClock.now

private func after(_ seconds: Double) -> ContinuousClock.Instant {
  start.advanced(by: .seconds(seconds))
}

@Suite("Keepalive")
struct KeepaliveSenderTests {
  private func sender(permitsWithoutCalls: Bool = true) -> KeepaliveSender {
    KeepaliveSender(
      interval: .seconds(10), timeout: .seconds(2), permitsWithoutCalls: permitsWithoutCalls,
      now: start)
  }

  @Test("pings after the interval, and closes when nothing comes within the timeout")
  func deadPeer() {
    var sender = sender()
    #expect(sender.timerFired(now: after(9.9), openCalls: 0) == .wait)
    #expect(sender.timerFired(now: after(10), openCalls: 0) == .ping)
    #expect(sender.timerFired(now: after(11.9), openCalls: 0) == .wait)
    #expect(sender.wakeTime(openCalls: 0) == after(12))
    #expect(sender.timerFired(now: after(12), openCalls: 0) == .close)
    #expect(sender.timerFired(now: after(99), openCalls: 0) == .wait)
    #expect(sender.wakeTime(openCalls: 1) == nil)
  }

  @Test("takes any byte as proof of life, and counts anew from it")
  func alive() {
    var sender = sender()
    sender.bytesRead(now: after(9))
    #expect(sender.timerFired(now: after(18), openCalls: 0) == .wait)
    #expect(sender.timerFired(now: after(19), openCalls: 0) == .ping)
    sender.bytesRead(now: after(20))
    #expect(sender.timerFired(now: after(21), openCalls: 0) == .wait)
    #expect(sender.wakeTime(openCalls: 0) == after(30))
  }

  @Test("without permission waits for a call, whose ping may be due at once")
  func withoutCalls() {
    var sender = sender(permitsWithoutCalls: false)
    #expect(sender.wakeTime(openCalls: 0) == nil)
    #expect(sender.timerFired(now: after(60), openCalls: 0) == .wait)
    #expect(sender.wakeTime(openCalls: 1) == after(10))
    #expect(sender.timerFired(now: after(60), openCalls: 1) == .ping)
  }

  @Test("still closes when the last call ended while a ping was on its way")
  func callEnded() {
    var sender = sender(permitsWithoutCalls: false)
    #expect(sender.timerFired(now: after(10), openCalls: 1) == .ping)
    #expect(sender.timerFired(now: after(12), openCalls: 0) == .close)
  }
}
