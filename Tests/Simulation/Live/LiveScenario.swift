// SPDX-License-Identifier: Apache-2.0
import TestKit

/// What readers of live reports there are in a run, and what nodes have for them. It has chance of
/// its own: the rest of the scenario does not hang on it.
struct LiveScenario {
  /// So long after everything has come to rest each reader must have been told all, microseconds:
  /// some must first give up a node that has died, and some find no memory at first.
  static let restMicrosecondsMax: Int64 = 90_000_000

  /// None in some runs: their questions keep all nodes busy.
  let subscribers: Int
  /// What readers ask for, microseconds; those who ask for the same share a report.
  let intervals: [Int64]
  /// What a node may have sent of a stream that its reader has not taken, before the last update.
  let windowBytes: Int
  /// Updates that slow readers have not taken, for each node.
  let untakenBytesMax: Int
  /// Series that are gone and remembered, however few are left.
  let tombstonesMin: Int
  /// Of each subscriber's own.
  let chance: SplitMix64

  init(seed: UInt64, clocks: Scenario.Clocks) {
    var chance = SplitMix64(seed: seed ^ 0x11FE)
    let isExpiring = clocks == .expiring
    let count = chance.int(in: 1...4)
    subscribers = isExpiring || chance.oneIn(2) ? count : 0
    // Rows go in the few seconds in which a window ends: readers look often then.
    let base = Int64(chance.int(in: 2...(isExpiring ? 8 : 20))) * 100_000
    intervals = chance.oneIn(2) ? [base] : [base, 2 * base]
    windowBytes = chance.oneIn(2) ? 0 : chance.int(in: 1...4) << 10
    untakenBytesMax = chance.oneIn(3) ? chance.int(in: 1...8) << 10 : 1 << 20
    tombstonesMin = chance.oneIn(3) ? 1024 : chance.int(in: 0...3)
    self.chance = chance
  }
}
