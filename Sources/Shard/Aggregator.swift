// SPDX-License-Identifier: Apache-2.0

/// One shard, one caller at a time: the thin rim around ``ShardCore``, which decides everything.
public actor Aggregator {
  private var core: ShardCore
  private let executor: any SerialExecutor

  /// The executor given at the start: a loop, or a test's.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// An empty shard that runs on `executor`.
  public init(
    shape: WindowShape = .standard, budget: SeriesBudget = SeriesBudget(),
    executor: any SerialExecutor
  ) {
    core = ShardCore(shape: shape, budget: budget)
    self.executor = executor
  }

  /// Takes a batch into the windows; afterwards its ``PointBatch/rejections`` are those not taken.
  /// See ``ShardCore/apply(_:now:)``.
  public func apply(_ batch: PointBatch, now: Int64) {
    core.apply(batch, now: now)
  }

  /// The statistics of the chosen series. See ``ShardCore/report(_:now:)``.
  public func report(_ request: ReportRequest = ReportRequest(), now: Int64) -> PartialReport {
    core.report(request, now: now)
  }

  /// Gives back idle series' memory when no points come. Call it every second or so.
  public func tick(now: Int64) {
    core.tick(now: now)
  }

  /// What the shard holds and has done.
  public func statistics() -> ShardStatistics {
    core.statistics
  }
}
