// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RPC

private let start = ContinuousClock.now

private func after(_ seconds: Double) -> ContinuousClock.Instant {
  start.advanced(by: .seconds(seconds))
}

@Suite("Ping enforcement")
struct PingEnforcerTests {
  private func enforcer(permitsWithoutCalls: Bool = true) -> PingEnforcer {
    PingEnforcer(intervalMin: .seconds(5), permitsWithoutCalls: permitsWithoutCalls)
  }

  @Test("forgives two pings that come too early and closes on the third")
  func strikes() {
    var enforcer = enforcer()
    #expect(enforcer.pingReceived(now: after(0), openCalls: 1) == .allow)
    #expect(enforcer.pingReceived(now: after(1), openCalls: 1) == .allow)
    #expect(enforcer.pingReceived(now: after(2), openCalls: 1) == .allow)
    #expect(enforcer.pingReceived(now: after(3), openCalls: 1) == .closeConnection)
  }

  @Test("never minds pings at the interval")
  func patient() {
    var enforcer = enforcer()
    for count in 0..<100 {
      #expect(enforcer.pingReceived(now: after(5 * Double(count)), openCalls: 0) == .allow)
    }
  }

  @Test("starts anew when an answer goes out")
  func reset() {
    var enforcer = enforcer()
    for count in 0..<100 {
      #expect(enforcer.pingReceived(now: after(Double(count) / 100), openCalls: 1) == .allow)
      if count % 3 == 2 { enforcer.answerSent() }
    }
  }

  @Test("allows one ping in two hours without calls when those are not permitted")
  func withoutCalls() {
    var enforcer = enforcer(permitsWithoutCalls: false)
    #expect(enforcer.pingReceived(now: after(0), openCalls: 0) == .allow)
    #expect(enforcer.pingReceived(now: after(7_200), openCalls: 0) == .allow)
    #expect(enforcer.pingReceived(now: after(7_210), openCalls: 0) == .allow)
    #expect(enforcer.pingReceived(now: after(7_220), openCalls: 1) == .allow)
    #expect(enforcer.pingReceived(now: after(7_230), openCalls: 0) == .allow)
    #expect(enforcer.pingReceived(now: after(7_240), openCalls: 0) == .closeConnection)
  }
}
