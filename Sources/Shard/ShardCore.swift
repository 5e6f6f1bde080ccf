// SPDX-License-Identifier: Apache-2.0

/// All that one shard knows and decides: which series there are and what their windows hold.
///
/// No actor, no clock, no I/O: time comes as an argument, in whole Unix seconds, and may jump.
/// - The window follows that clock, never the points' times. It does not follow small steps back
///   (up to ``ShardLimits/clockSkewSeconds``: callers whose readings differ), so what has expired
///   stays expired.
/// - A larger step back forgets what lies beyond the new future grace, once, in O(all slices).
/// - A series with nothing in its window is not reported, and given back by a sweep that goes on
///   with each call in steps of bounded length.
@safe
public struct ShardCore: ~Copyable {
  let geometry: WindowGeometry
  let budget: SeriesBudget
  let histograms: HistogramPolicy
  var table = SeriesTable()
  var heap = Heap()
  /// As told last: follows every step forward, and steps back only when they are no skew. Unix
  /// seconds.
  public internal(set) var clock: Int64 = 0
  var window: Window
  var sweep = Sweep()
  var pointsApplied = 0
  var pointsRejected = 0
  var seriesEvicted = 0
  /// Series whose keys have labels.
  var seriesLabelled = 0
  /// The records of the points being applied, so that their cache misses overlap.
  let lookahead: UnsafeMutablePointer<Run>
  /// The buckets of their values.
  let codes: UnsafeMutablePointer<BucketCode>
  /// Adds the histograms of one series up.
  var histogramSum = HistogramSum()
  /// What the counts took in the latest report of everything: about as much as in the next.
  var histogramBytesBefore = 0
  /// Takes what was read only to pull it near.
  var touched: UInt64 = 0

  /// An empty shard whose series count against `budget`.
  ///
  /// - Parameter histograms: of which series they are kept.
  public init(
    shape: WindowShape = .standard, budget: SeriesBudget = SeriesBudget(),
    histograms: HistogramPolicy = .all
  ) {
    geometry = WindowGeometry(shape)
    self.budget = budget
    self.histograms = histograms
    unsafe lookahead = .allocate(capacity: ShardLimits.lookaheadPoints)
    unsafe codes = .allocate(capacity: ShardLimits.lookaheadPoints)
    unsafe codes.initialize(repeating: .zero, count: ShardLimits.lookaheadPoints)
    window = Window(geometry, now: 0)
  }

  deinit {
    var heap = heap
    for position in 0..<table.capacity {
      guard let header = unsafe table.slot(position).header else { continue }
      unsafe Series(header).destroy(geometry: geometry, heap: &heap)
    }
    unsafe lookahead.deallocate()
    unsafe codes.deallocate()
    budget.giveBack(table.count)
  }

  /// What the shard holds and has done. O(1).
  public var statistics: ShardStatistics {
    ShardStatistics(
      series: table.count, bytes: heap.bytes + table.bytes, pointsApplied: pointsApplied,
      pointsRejected: pointsRejected, seriesEvicted: seriesEvicted)
  }

  /// Lets the clock go on when no points come: gives back memory of idle series.
  public mutating func tick(now: Int64) {
    advance(to: now)
    sweepOn()
  }

  /// Moves the window to `now`.
  mutating func advance(to now: Int64) {
    precondition((0...ShardLimits.clockSecondsMax).contains(now), "clock out of range")
    let elapsed = now - clock
    guard elapsed > 0 || elapsed < -ShardLimits.clockSkewSeconds else { return }
    let before = window
    clock = now
    window = Window(geometry, now: now)
    if elapsed < 0 { forgetFuture(before) }
    sweep.add(elapsedSeconds: abs(elapsed), capacity: table.capacity, shape: geometry.shape)
  }

  /// The clock was set back: what it calls far future would otherwise stay until it is there.
  private mutating func forgetFuture(_ before: Window) {
    let kept = before.first..<max(before.first, window.last + 1)
    for position in 0..<table.capacity {
      guard let header = unsafe table.slot(position).header else { continue }
      unsafe Series(header).keep(kept, last: before.last, geometry, heap: &heap)
    }
  }
}
