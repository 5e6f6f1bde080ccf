// SPDX-License-Identifier: Apache-2.0
import RPC
import Shard

/// A shard and the loop that it runs on. A batch reaches it as plain work on that loop: no task is
/// made for it, and no thread is woken but the loop's.
struct ShardSeat: Sendable {
  let aggregator: Aggregator
  let loop: EventLoop

  init(
    on loop: EventLoop, shape: WindowShape, budget: SeriesBudget,
    histograms: HistogramPolicy = .all
  ) {
    self.loop = loop
    aggregator = Aggregator(
      shape: shape, budget: budget, histograms: histograms, executor: loop)
  }
}
