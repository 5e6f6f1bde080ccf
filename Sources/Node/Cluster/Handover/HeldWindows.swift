// SPDX-License-Identifier: Apache-2.0
import RPC
import Router
import Shard

/// Windows that this node holds in the name of nodes that handed over to it, by origin.
///
/// They are never folded into the node's own: whether they count is said by the origin, and by each
/// question anew. An origin's attempts are numbered; a larger one replaces all before it, and a
/// stream carries one attempt, whole or not at all. Series count against the node's budget. When a
/// window and the future grace have passed since the last part, all has expired and is dropped.
actor HeldWindows {
  private struct Holding {
    /// The largest that began.
    var attempt: UInt64
    /// Whose windows the origin handed on as its own.
    let includes: [Router.NodeIdentity]
    /// Nil: nothing is held.
    var aggregator: Aggregator?
    /// All parts of the attempt came.
    var isWhole = false
    /// It was broken off: nothing more of it is taken.
    var isOver = false
    var series = 0
    var slices = 0
    /// Unix seconds.
    var lastPart: Int64
    /// When it was first known that the origin has left.
    var left: ContinuousClock.Instant?
  }

  private let shape: WindowShape
  private let budget: SeriesBudget
  private let histograms: HistogramPolicy
  private let executor: @Sendable () -> any SerialExecutor
  /// How long a question may take that began before an origin had left, and got its own answer.
  private let settleTime: Duration
  private var holdings: [Router.NodeIdentity: Holding] = [:]
  /// The node leaves itself, and takes nothing of further origins.
  private var isSealed = false

  /// Holds nothing yet.
  ///
  /// - Parameters:
  ///   - budget: the node's.
  ///   - settleTime: the longest time that a peer has for its part of a report.
  ///   - executor: gives each origin's windows the executor that they live on.
  init(
    shape: WindowShape, budget: SeriesBudget, histograms: HistogramPolicy = .all,
    settleTime: Duration,
    executor: @escaping @Sendable () -> any SerialExecutor
  ) {
    self.shape = shape
    self.budget = budget
    self.histograms = histograms
    self.settleTime = settleTime
    self.executor = executor
  }

  // MARK: Taking over

  /// An attempt begins; what came of smaller ones is dropped.
  ///
  /// - Throws: ABORTED when an attempt as large has begun already, FAILED_PRECONDITION when the
  ///   origin has left or this node leaves itself, RESOURCE_EXHAUSTED for too many origins.
  func open(_ heading: HandOverHeading, now: Int64) throws(RPCError) {
    let known = holdings[heading.origin]
    if let known {
      guard heading.attempt > known.attempt else {
        throw RPCError(
          .aborted, "attempt \(known.attempt) of \(heading.origin) has begun already")
      }
      guard known.left == nil else {
        throw RPCError(.failedPrecondition, "\(heading.origin) has left already")
      }
    } else {
      guard !isSealed else { throw Self.leaving }
      guard holdings.count < RouterLimits.nodesMax else {
        throw RPCError(.resourceExhausted, "\(holdings.count) nodes have handed over already")
      }
    }
    holdings[heading.origin] = Holding(
      attempt: heading.attempt, includes: heading.includes, lastPart: now)
    left(heading.includes, at: .now)
  }

  /// Takes slices of the attempt, all of them or none counts.
  ///
  /// - Throws: ABORTED when a larger attempt has begun, RESOURCE_EXHAUSTED when the node may hold
  ///   no more series, FAILED_PRECONDITION when slices lie further ahead than its clock takes
  ///   points, or this node leaves itself: it would hand on what may not count.
  func take(
    _ batch: SliceBatch, _ heading: HandOverHeading, now: @escaping @Sendable () -> Int64
  ) async throws(RPCError) {
    guard !batch.isEmpty else { return }
    guard !isSealed else { throw Self.leaving }
    let aggregator =
      try current(heading).aggregator
      ?? Aggregator(
        shape: shape, budget: budget, histograms: histograms, executor: executor())
    holdings[heading.origin]?.aggregator = aggregator
    let outcome = await aggregator.fold(batch, now: now())
    var holding = try current(heading)
    guard outcome.left.isEmpty else { throw Self.refusal(outcome, budget) }
    holding.series += batch.series
    holding.slices += outcome.slicesTaken
    holding.lastPart = now()
    holdings[heading.origin] = holding
  }

  /// All parts of the attempt came.
  func finish(_ heading: HandOverHeading) throws(RPCError) -> (series: Int, slices: Int) {
    let holding = try current(heading)
    holdings[heading.origin]?.isWhole = true
    return (holding.series, holding.slices)
  }

  /// The attempt ended before all parts came: nothing of it is kept.
  func abandon(_ heading: HandOverHeading) {
    guard let holding = holdings[heading.origin], holding.attempt == heading.attempt,
      !holding.isWhole
    else { return }
    drop(heading.origin)
  }

  private func drop(_ origin: Router.NodeIdentity) {
    holdings[origin]?.aggregator = nil
    holdings[origin]?.isOver = true
  }

  private func current(_ heading: HandOverHeading) throws(RPCError) -> Holding {
    guard let holding = holdings[heading.origin], holding.attempt == heading.attempt,
      !holding.isOver
    else {
      throw RPCError(.aborted, "\(heading.origin) stays, or has begun a later attempt")
    }
    return holding
  }

  private static let leaving = RPCError(.failedPrecondition, "this node leaves itself")

  private static func refusal(_ outcome: FoldOutcome, _ budget: SeriesBudget) -> RPCError {
    if outcome.slicesOverLimit > 0 {
      return RPCError(
        .resourceExhausted,
        "the node may hold no more than \(budget.seriesMax) series (series-max)")
    }
    return RPCError(
      .failedPrecondition,
      "\(outcome.slicesRefused) slices lie further ahead than this node's clock takes points; "
        + "the clocks of both nodes differ")
  }

  // MARK: What origins say

  /// An origin stays after all: what came of it does not count.
  func stayed(_ origin: Router.NodeIdentity) {
    guard holdings[origin]?.left == nil else { return }
    drop(origin)
  }

  /// Origins have left: what is held in their names counts.
  ///
  /// - Returns: true if something is held of which that was not known.
  @discardableResult
  func left(
    _ origins: some Sequence<Router.NodeIdentity>, at now: ContinuousClock.Instant
  ) -> Bool {
    let news = origins.filter { holdings[$0] != nil && holdings[$0]?.left == nil }
    for origin in news { holdings[origin]?.left = now }
    return !news.isEmpty
  }

  // MARK: Answering

  /// What is held, by origin. Whether it counts is the question's to say.
  func report(_ request: ReportRequest, asOf: Int64) async -> [AnswerSection] {
    await withTaskGroup(of: AnswerSection.self) { group in
      for (origin, holding) in holdings where holding.isWhole {
        guard let aggregator = holding.aggregator else { continue }
        group.addTask {
          AnswerSection(
            origin: origin, includes: holding.includes,
            report: await aggregator.report(request, now: asOf))
        }
      }
      var sections: [AnswerSection] = []
      for await section in group { sections.append(section) }
      return sections
    }
  }

  /// Origins in whose names something is held now, in order of ids.
  var origins: [Router.NodeIdentity] {
    holdings.filter { $0.value.aggregator != nil }.keys
      .sorted { ($0.id, $0.incarnation) < ($1.id, $1.incarnation) }
  }

  /// Lives that have left, of which something is held: it counts, whatever became of their nodes
  /// since.
  var leftOrigins: [NodeIdentity] {
    holdings.filter { $0.value.left != nil && $0.value.aggregator != nil }.map(\.key)
  }

  // MARK: Handing on

  /// The node leaves itself: it takes nothing of further origins from now on.
  func seal() { isSealed = true }

  /// The node stays after all.
  func unseal() { isSealed = false }

  /// Origins of which it is not certain yet that all questions let count what is held in their
  /// names, rather than what they said themselves.
  func undecided(_ now: ContinuousClock.Instant) -> [Router.NodeIdentity] {
    origins.filter { origin in
      guard let left = holdings[origin]?.left else { return true }
      return left.duration(to: now) < settleTime
    }
  }

  /// The windows themselves, to be handed on in this node's own name.
  var windows: [Aggregator] { holdings.values.compactMap(\.aggregator) }

  /// Whose windows these are.
  var included: [Router.NodeIdentity] {
    let held = holdings.filter { $0.value.aggregator != nil }.sorted {
      ($0.value.lastPart, $0.key.id) < ($1.value.lastPart, $1.key.id)
    }
    return HandOverHeading.included(held.map { ($0.key, $0.value.includes) })
  }

  // MARK: Time

  /// Gives back what has expired. Call it every second or so.
  func tick(_ now: @escaping @Sendable () -> Int64) async {
    for aggregator in windows { await aggregator.tick(now: now()) }
    let retention = shape.windowSeconds + shape.futureGraceSeconds + ShardLimits.clockSkewSeconds
    let oldest = now() - retention
    holdings = holdings.filter { $0.value.lastPart >= oldest }
  }
}
