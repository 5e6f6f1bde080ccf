// SPDX-License-Identifier: Apache-2.0
import Router
import Shard

/// Windows that a node holds in the name of one that has handed over to it: of the largest attempt,
/// whole or not at all.
final class HeldSeat {
  /// The largest that came.
  private(set) var attempt: UInt64 = 0
  private(set) var includes: [Router.NodeIdentity] = []
  private var windows: ShardCore?
  private let shape: WindowShape
  private let histograms: HistogramPolicy
  private let budget: SeriesBudget
  /// When it was first known that the origin has left. Virtual microseconds.
  private(set) var leftAt: Int64?

  init(_ scenario: Scenario, budget: SeriesBudget) {
    shape = scenario.shape
    histograms = scenario.histograms
    self.budget = budget
  }

  var isEmpty: Bool { windows == nil }

  /// Takes all parts of an attempt.
  ///
  /// - Parameter isSealed: the node leaves itself, and holds nothing more.
  /// - Returns: false when nothing of it is kept.
  func take(
    _ heading: HandOverHeading, _ batches: [SliceBatch], now: Int64, isSealed: Bool
  ) -> Bool {
    guard heading.attempt > attempt, leftAt == nil else { return false }
    attempt = heading.attempt
    includes = heading.includes
    windows = nil
    if isSealed { return batches.allSatisfy(\.isEmpty) }
    var core = ShardCore(shape: shape, budget: budget, histograms: histograms)
    for batch in batches {
      guard core.fold(batch, now: now).left.isEmpty else { return false }
    }
    windows = consume core
    return true
  }

  /// The origin stays after all: what came of it does not count.
  func stayed() {
    if leftAt == nil { windows = nil }
  }

  func left(now: Int64) { leftAt = leftAt ?? now }

  func report(_ request: ReportRequest, asOf: Int64) -> PartialReport? {
    let now = unlessBack(asOf)
    return windows?.report(request, now: now)
  }

  func export(now: Int64) -> [SliceBatch] {
    let now = unlessBack(now)
    return windows?.exportAll(now: now) ?? []
  }

  /// A question never sets the clock back.
  private func unlessBack(_ now: Int64) -> Int64 { max(now, windows?.clock ?? 0) }
}

extension ShardCore {
  mutating func exportAll(now: Int64) -> [SliceBatch] {
    var batches: [SliceBatch] = []
    var cursor: SliceCursor? = .start
    while let from = cursor {
      let step = exportSlices(from: from, seriesMax: 64, now: now)
      batches.append(step.batch)
      cursor = step.next
    }
    return batches
  }
}
