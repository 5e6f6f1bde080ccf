// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import RPC

@Suite("Backoff")
struct BackoffTests {
  @Test("grows by 1.6 up to two minutes and starts anew after a connection")
  func grows() {
    var backoff = Backoff()
    var waits: [Double] = []
    for _ in 0..<13 { waits.append(backoff.attemptFailed(random: 0.5) / .seconds(1)) }
    let expected = (0..<13).map { exponent in
      min((0..<exponent).reduce(1.0) { wait, _ in wait * 1.6 }, 120)
    }
    for (wait, target) in zip(waits, expected) { #expect(abs(wait - target) < 1e-6) }
    #expect(waits.last.map { $0 == 120 } == true)
    backoff.connected()
    #expect(backoff.attemptFailed(random: 0.5) == .seconds(1))
  }

  @Test("is spread by twenty per cent either way", arguments: [(0.0, 0.8), (0.75, 1.1)])
  func jitter(random: Double, seconds: Double) {
    var backoff = Backoff()
    #expect(abs(backoff.attemptFailed(random: random) / .seconds(1) - seconds) < 1e-6)
  }
}

@Suite("Stream credit")
struct StreamCreditTests {
  @Test("goes back at once for copied bytes while the consumer holds nothing")
  func copied() {
    var credit = StreamCredit()
    #expect(credit.copied(16_384) == 16_384)
    credit.handedOut(100)
    #expect(credit.consumed(100) == 100)
    #expect(credit == StreamCredit())
  }

  @Test("is withheld for copied bytes until the consumer has caught up")
  func withheld() {
    var credit = StreamCredit()
    credit.handedOut(100)
    credit.handedOut(50)
    #expect(credit.copied(1_000) == 0)
    #expect(credit.consumed(100) == 100)
    #expect(credit.copied(1) == 0)
    #expect(credit.consumed(50) == 1_051)
    #expect(credit == StreamCredit())
  }
}
