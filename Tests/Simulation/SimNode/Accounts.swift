// SPDX-License-Identifier: Apache-2.0
import Router

/// A node's own counters, as in `telemetry.Ledger`; the links count for themselves.
struct Accounts {
  /// Points that clients sent.
  var received = 0
  /// Applied to its own windows, of what clients sent.
  var applied = 0
  /// Rejected by it, or by its shards.
  var rejected = 0
  /// Hinted once, then rejected by its own shards when they came to own them.
  var givenUp = 0
  /// Left out, of what clients sent: an earlier copy of their batch had brought them.
  var repeated = 0
  /// In open batches, or with its shards.
  var inFlight = 0

  /// received - all others: 0 unless there is a defect.
  func imbalance(_ links: LinkSum) -> Int {
    received - applied - rejected - givenUp - repeated - inFlight - links.points
  }
}

/// What links count, added up.
struct LinkSum {
  /// In whatever state.
  var points = 0
  /// Neither settled nor kept as hints.
  var pointsUnderWay = 0
  var pointsHinted = 0
  var pointsGivenUp = 0

  mutating func add(_ counters: LinkCounters) {
    points +=
      counters.pointsForwarded + counters.pointsRejected + counters.pointsInFlight
      + counters.pointsQueued + counters.pointsHinted + counters.pointsShed
      + counters.pointsGivenUp + counters.pointsRepeated
    pointsUnderWay += counters.pointsInFlight + counters.pointsQueued
    pointsHinted += counters.pointsHinted
    pointsGivenUp += counters.pointsGivenUp
  }
}
