// SPDX-License-Identifier: Apache-2.0

/// How often each thing happened: shows that the faults do happen, and which paths they reach.
public struct Tallies: Sendable, Hashable {
  /// What is counted.
  public enum Event: Int, Sendable, CaseIterable {
    case seeds, events, virtualSeconds
    case calls, callsAcked, callsFailed, pointsSent, pointsApplied, pointsForwarded
    case pointsHinted, pointsShed, pointsRejected, pointsGivenUp, pointsUncertain, pointsDied,
      pointsUnknown, pointsKept, pointsSpread
    case batches, batchesResent, batchStreams, batchAcks, batchClientsDied, streamsGivenUp
    case pointsInBatches, pointsRepeated, rowsSuperseded, rowsUnknown
    case metricCalls, metricCallsBroken, metrics, metricsRejectedAtOnce, metricsRejectedLate,
      summaries
    case inquiries, inquiriesUnanswered, marksHanded
    case connects, connectsFailed, connectsInVain, welcomes, connectionsLost, messages
    case framesSent, framesResent, framesApplied, framesRepeated, framesSpoilt, answersLost
    case refusals, batchesSurrendered
    case crashes, restarts, newLives, pauses, partitions, oneWayPartitions, stalls, clockSteps
    case slowShards, viewChanges, nodesAdded, nodesRemoved, drains, drainsFailed, nodesLeft
    case originsDropped
    case liveStreams, liveStreamsBroken, liveStreamsGivenUp, liveReadersSlow, liveReadersRefused
    case liveReports, liveReportsShared, liveReportsAtRest
    case liveUpdates, liveUpdatesConflated, liveUpdatesFullAgain, liveUpdatesIncomplete,
      liveUpdatesMissed
    case liveRowsChanged, liveRowsRemoved
    case reports, reportsComplete, reportsIncomplete, reportsAtRest, reportsOfStrangers, answersLate
    case reportsOfSpans, reportsWithoutHistograms
    case histograms, histogramsCoarse, histogramsOff, histogramsWider
    case firstsOlder, lastsTied, lastsUnknown
  }

  private var counts = [Int](repeating: 0, count: Event.allCases.count)

  /// Nothing happened yet.
  public init() {}

  /// How often.
  public subscript(event: Event) -> Int {
    get { counts[event.rawValue] }
    set { counts[event.rawValue] = newValue }
  }

  /// Adds another run's.
  public mutating func add(_ other: Tallies) {
    for event in Event.allCases { self[event] += other[event] }
  }
}
