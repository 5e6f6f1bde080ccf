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
    histograms: HistogramPolicy = .all, executor: any SerialExecutor
  ) {
    core = ShardCore(shape: shape, budget: budget, histograms: histograms)
    self.executor = executor
  }

  /// Takes a batch into the windows; afterwards its ``PointColumns/rejections`` are those not
  /// taken. See ``ShardCore/apply(_:now:)``.
  ///
  /// - Parameter now: read when the shard turns to the batch, however long that has waited: an old
  ///   reading would look like a clock that was set back.
  public func apply(_ batch: PointColumns, now: @autoclosure @Sendable () -> Int64) {
    core.apply(batch, now: now())
  }

  /// The statistics of the chosen series. See ``ShardCore/report(_:now:)``.
  ///
  /// A question may have waited long, so it never sets the shard's clock back.
  public func report(_ request: ReportRequest = ReportRequest(), now: Int64) -> PartialReport {
    core.report(request, now: max(now, core.clock))
  }

  /// Copies some of the slices out. See ``ShardCore/exportSlices(from:seriesMax:now:)``.
  public func exportSlices(from cursor: SliceCursor = .start, seriesMax: Int, now: Int64)
    -> (batch: SliceBatch, next: SliceCursor?)
  {
    core.exportSlices(from: cursor, seriesMax: seriesMax, now: max(now, core.clock))
  }

  /// Adds slices that another shard exported. See ``ShardCore/fold(_:now:)``.
  ///
  /// - Parameter now: read when the shard turns to it.
  public func fold(_ batch: SliceBatch, now: @autoclosure @Sendable () -> Int64) -> FoldOutcome {
    core.fold(batch, now: now())
  }

  /// Gives back idle series' memory when no points come. Call it every second or so; `now` is read
  /// when the shard turns to it.
  public func tick(now: @autoclosure @Sendable () -> Int64) {
    core.tick(now: now())
  }

  /// What the shard holds and has done.
  public func statistics() -> ShardStatistics {
    core.statistics
  }
}
