// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard
import TestKit

/// Knows the truth: which points were sent, what became of each, who holds it. What only the
/// simulator can see is checked as it happens; what clients see is checked in `Model+Reports`.
final class Model {
  unowned var world: World!
  let scenario: Scenario
  var series: [SeriesTruth] = []
  /// By number: series x ``SeriesTruth/pointsMax`` + bit.
  var points: [PointTruth?] = []
  private(set) var lives: [LifeTruth] = []
  private var seriesByHash: [UInt64: Int] = [:]
  /// Every table that any node has placed points by.
  var tables: [PartitionTable] = []
  private var pool = SeriesPool(name: "m", host: "h", pointsMax: SeriesTruth.pointsMax)
  /// Of metrics. Of one name at most 2^13 series are summed up together: that is exact.
  private var metricPool = SeriesPool(name: "r", host: "s", pointsMax: 40)
  private var applications = 0

  init(_ scenario: Scenario) {
    self.scenario = scenario
  }

  // MARK: Names

  /// A point of a series that has one left; `sent` is owed.
  func newPoint(_ chance: inout SplitMix64, of kind: Call.Kind = .points) -> PointNumber {
    switch kind {
    case .points: newPoint(&chance, &pool)
    case .metrics: newPoint(&chance, &metricPool)
    }
  }

  private func newPoint(_ chance: inout SplitMix64, _ pool: inout SeriesPool) -> PointNumber {
    if pool.open.count < scenario.seriesOpen { pool.open.append(newSeries(&chance, &pool)) }
    let place = chance.int(in: 0...pool.open.count - 1)
    if series[pool.open[place]].used == pool.pointsMax {
      pool.open[place] = newSeries(&chance, &pool)
    }
    let index = pool.open[place]
    let bit = series[index].used
    series[index].sent |= 1 << UInt64(bit)
    return index * SeriesTruth.pointsMax + bit
  }

  func sent(_ point: PointNumber, in call: Call) {
    points[point] = PointTruth(source: .call(call.number), keeper: call.node.life)
  }

  func sent(_ point: PointNumber, in batch: SentBatch) {
    points[point] = PointTruth(source: .batch(batch))
  }

  private func newSeries(_ chance: inout SplitMix64, _ pool: inout SeriesPool) -> Int {
    let number = pool.nextNumber()
    var name = Array("\(pool.name)\(number)".utf8)
    if chance.oneIn(3) {
      name += Array(repeating: UInt8(ascii: "x"), count: chance.int(in: 0...60))
    }
    if chance.oneIn(3) {
      // Label sets of one name live together, over all shards.
      name = SeriesKey.encode(
        metric: "requests", labels: ["host": "\(pool.host)\(number)", "zone": "größe"])
    }
    let hash = SeriesKey.hash(name.span.bytes, 0..<name.count)
    seriesByHash[hash] = series.count
    series.append(
      SeriesTruth(
        name: name, hash: hash, kind: chance.oneIn(2) ? 0 : UInt8(chance.int(in: 1...3)),
        hasHistogram: scenario.keepsHistograms(of: name)))
    points += Array(repeating: nil, count: SeriesTruth.pointsMax)
    return series.count - 1
  }

  func seriesIndex(hash: UInt64) -> Int? { seriesByHash[hash] }

  func series(of point: PointNumber) -> SeriesTruth { series[point / SeriesTruth.pointsMax] }

  func value(of point: PointNumber) -> Double {
    Double(1 << UInt64(point % SeriesTruth.pointsMax))
  }

  /// Every fourth point of a series comes without a kind.
  func kind(of point: PointNumber) -> UInt8 { point % 4 == 3 ? 0 : series(of: point).kind }

  func truth(_ point: PointNumber) -> PointTruth {
    guard let truth = points[point] else { preconditionFailure("point \(point) was never sent") }
    return truth
  }

  func describe(_ point: PointNumber) -> String {
    let truth = truth(point)
    return "point \(point) (series \(point / SeriesTruth.pointsMax), bit "
      + "\(point % SeriesTruth.pointsMax), \(describe(truth.source)) by "
      + "life \(truth.keeper.map { "\($0)" } ?? "none"), \(truth.fate), holder "
      + (truth.holder.map { "life \($0)\(isHeld(truth) ? "" : " (lost)")" } ?? "none")
      + ", time \(truth.time.map { "\($0 - Scenario.epochSeconds)" } ?? "none"))"
  }

  private func describe(_ source: PointTruth.Source) -> String {
    switch source {
    case .call(let number): "call \(number)"
    case .batch(let batch): "batch \(batch.sequence) of client \(batch.client.number)"
    }
  }

  /// Which point a row is; nil when it is none that was sent.
  func point(hash: UInt64, name: some Collection<UInt8>, value: Double) -> PointNumber? {
    guard let index = seriesByHash[hash], value.isFinite, value >= 1,
      value.significand == 1, value.exponent < SeriesTruth.pointsMax,
      series[index].name.elementsEqual(name)
    else { return nil }
    let point = index * SeriesTruth.pointsMax + Int(value.exponent)
    return points[point] == nil ? nil : point
  }

  // MARK: Lives

  func began(_ node: SimNode) {
    precondition(node.life == lives.count)
    lives.append(LifeTruth(host: node.host, identity: node.identity))
  }

  func died(_ node: SimNode) { lives[node.life].isAlive = false }

  /// What a node had applied counts in the windows of others.
  ///
  /// - Parameters:
  ///   - lives: that have taken over, by node.
  ///   - table: which of them has which points.
  func handedOver(_ node: SimNode, to lives: [NodeID: Int], by table: PartitionTable) {
    for point in points.indices where points[point]?.holder == node.life {
      guard isHeld(truth(point)) else { continue }
      let owner = table.owner(Placement.partition(series(of: point).hash))
      points[point]?.holder = owner.flatMap { lives[$0] }
      points[point]?.handedOverBy = node.life
    }
  }

  /// A node's clock was set back: its windows may forget what now lies ahead of the grace.
  func setBack(_ node: SimNode, to wall: Int64) {
    let ahead = ahead(of: wall)
    for point in points.indices where points[point]?.holder == node.life {
      if let time = points[point]?.time, time > ahead { points[point]?.isForgotten = true }
    }
  }

  /// From when on a shard need not keep what it was given, Unix seconds.
  private func ahead(of wall: Int64) -> Int64 {
    wall + scenario.shape.futureGraceSeconds - scenario.shape.resolutionSeconds
  }

  func isAlive(_ life: Int) -> Bool { lives[life].isAlive }

  /// Whether somebody who lives has the point in windows that count. A node that ends before anyone
  /// has heard its farewell has crashed: what others hold in its name counts for nobody.
  func isHeld(_ truth: PointTruth) -> Bool {
    guard let holder = truth.holder, isAlive(holder) else { return false }
    guard let by = truth.handedOverBy, !isAlive(by) else { return true }
    return world.hosts.contains { $0.node?.departed.contains(lives[by].identity) ?? false }
  }

  // MARK: What happens to a point

  /// A node takes it with this time.
  func admitted(_ point: PointNumber, time: Int64) { points[point]?.time = time }

  /// A shard has taken it into its windows.
  ///
  /// - Parameter time: as the shard got it.
  func applied(_ point: PointNumber, at time: Int64, by node: SimNode, shard: Int) {
    points[point]?.time = time
    applications += 1
    points[point]?.applications.append(
      Application(
        time: time, number: applications,
        place: Application.Place(life: node.life, shard: shard)))
    let truth = truth(point)
    if scenario.watchesInside {
      if isHeld(truth) {
        world.broken(.exactlyOnce, "\(describe(point)) is applied again by life \(node.life)")
      }
      if truth.fate == .refused {
        world.broken(.nothingInvented, "\(describe(point)) was refused and is applied after all")
      }
    }
    world.tallies[.pointsApplied] += 1
    if truth.batch != nil { world.say("\(node.identity) applies \(describe(point))") }
    points[point]?.isAppliedAnew = truth.holder != nil
    points[point]?.holder = node.life
    points[point]?.handedOverBy = nil
    // A shard whose clock a question has moved ahead takes it, and forgets it when it is put right.
    points[point]?.isForgotten = (truth.time ?? 0) > ahead(of: node.wall)
  }

  /// The node that took it says what its client will be told.
  func settled(_ point: PointNumber, _ fate: PointTruth.Fate) {
    let truth = truth(point)
    if truth.fate != .unknown {
      world.broken(.settledOnce, "\(describe(point)) is settled again, as \(fate)")
    }
    points[point]?.fate = fate
    if fate == .refused {
      series[point / SeriesTruth.pointsMax].refused |= 1 << UInt64(point % SeriesTruth.pointsMax)
    }
    guard scenario.watchesInside else { return }
    if fate == .applied && truth.holder == nil {
      world.broken(.nothingPromised, "\(describe(point)) is settled as applied, and is nowhere")
    }
    if fate == .refused, isHeld(truth) {
      world.broken(.nothingInvented, "\(describe(point)) is settled as refused, and is applied")
    }
  }

  /// The client has its Ack.
  func acked(_ call: Call) {
    for point in call.points where truth(point).fate == .applied {
      series[point / SeriesTruth.pointsMax].acked |= 1 << UInt64(point % SeriesTruth.pointsMax)
    }
  }

  /// What has been acked by now, by series.
  var ackedNow: [UInt64] { series.map(\.acked) }
}
