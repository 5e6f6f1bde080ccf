// SPDX-License-Identifier: Apache-2.0
import Simulation
import Testing

/// Defects put in on purpose: a simulator that does not find them would find nothing.
@Suite("the simulator's canaries")
struct CanaryTests {
  private static let seedsMax: UInt64 = 300

  /// What each breaks; one that is not here breaks several things.
  private static let broken: [Sabotage: Violation.Invariant] = [
    .acksBeforeApplying: .nothingPromised, .forgetsMark: .exactlyOnce,
    .hintsCountAsApplied: .nothingPromised, .alwaysComplete: .complete,
    .sectionTwice: .exactlyOnce, .losesSettlement: .liveness, .losesSurrendered: .ledger,
    .forgetsBatches: .exactlyOnce, .ignoresFences: .exactlyOnce, .takesUnasked: .exactlyOnce,
    .keepsMarks: .exactlyOnce, .losesHistograms: .statistics, .staleLast: .statistics,
    .losesSquares: .statistics, .losesKinds: .statistics, .forgetsRejections: .summary,
    .forgetsTombstones: .live, .tellsTooLittle: .live, .liveSaysComplete: .live,
  ]

  @Test(
    "a broken cluster is caught, and what is caught is what was broken",
    arguments: Sabotage.allCases)
  func isCaught(sabotage: Sabotage) throws {
    let violation = try #require(Self.firstCaught(sabotage, watchesInside: true))
    if let invariant = Self.broken[sabotage] { #expect(violation.invariant == invariant) }
  }

  @Test(
    "a broken cluster is caught by what clients see and what is left at rest alone",
    arguments: Sabotage.allCases)
  func isCaughtFromOutside(sabotage: Sabotage) throws {
    _ = try #require(Self.firstCaught(sabotage, watchesInside: false))
  }

  @Test("a few actions are enough to be caught, so that a failure can be read")
  func isShort() {
    let caught = (1...40).contains { seed in
      let options = RunOptions(seed: UInt64(seed), steps: 15, sabotage: .forgetsMark)
      return Play.run(options).violation != nil
    }
    #expect(caught)
  }

  private static func firstCaught(_ sabotage: Sabotage, watchesInside: Bool) -> Violation? {
    // Few seeds show what fences are for: the search begins near the first of them.
    let first: UInt64 = sabotage == .ignoresFences ? 70 : 1
    for seed in first...seedsMax {
      let result = Play.run(
        RunOptions(seed: seed, sabotage: sabotage, watchesInside: watchesInside))
      if let violation = result.violation { return violation }
    }
    return nil
  }
}
