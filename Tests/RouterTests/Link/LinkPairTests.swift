// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Router

/// Sender and receiver against a model, over a network that loses, delays and stops.
@Suite struct LinkPairTests {
  /// Seeds that failed once.
  static let kept: [UInt64] = []

  static func run(seed: UInt64, steps: Int, _ kind: LinkWorld.Receiver) -> LinkWorld.Findings {
    var world = LinkWorld(seed: seed, kind)
    for _ in 0..<steps where world.findings.failures.isEmpty { world.step() }
    if world.findings.failures.isEmpty { world.settleDown() }
    return world.findings
  }

  @Test(
    "every point is applied once, every batch is settled once, and the counters add up",
    arguments: Array(1...20) + kept)
  func pairHolds(seed: UInt64) {
    let findings = Self.run(seed: seed, steps: 5000, .honest)
    #expect(findings.failures == [], "seed \(seed)")
  }

  @Test("the network does its worst")
  func worldTriesEverything() {
    var tries: [String: Int] = [:]
    for seed in 101...106 as ClosedRange<UInt64> {
      let findings = Self.run(seed: seed, steps: 4000, .honest)
      #expect(findings.failures == [], "seed \(seed)")
      tries.merge(findings.tries) { $0 + $1 }
    }
    for what in [
      "applied", "hinted", "shed", "given up", "stream", "hanging connect", "drop", "disconnect",
      "refused", "replaced", "late message", "repeated while pending", "repeated",
      "verdicts with the welcome", "stalled", "live after a stall", "resent", "surrender",
      "sender restarts", "receiver restarts", "next dictionary", "hint frame",
    ] {
      #expect(tries[what, default: 0] > 0, "never tried: \(what), of \(tries)")
    }
  }

  @Test(
    "a receiver that breaks its promises is caught",
    arguments: [
      LinkWorld.Receiver.acksEarly, .forgets,
    ])
  func modelCatches(kind: LinkWorld.Receiver) {
    for seed in 1...5 as ClosedRange<UInt64> {
      #expect(Self.run(seed: seed, steps: 5000, kind).failures != [], "seed \(seed)")
    }
  }
}
