// SPDX-License-Identifier: Apache-2.0
import Proto
import Shard
import TestKit

/// What kind of run a seed is: how large, how hurried, which faults. Each seed leaves out some of
/// the faults, because those that are always there hide what needs their absence.
struct Scenario {
  /// Most hosts.
  static let hostsMax = 6
  /// When virtual time begins, Unix seconds.
  static let epochSeconds: Int64 = 1_700_000_000
  /// Actions of a run unless told otherwise.
  static let actionsDefault = 120
  /// So long after healing everything must have come to rest, microseconds of virtual time.
  static let restMicrosecondsMax: Int64 = 240_000_000

  /// What clocks do, and how long windows are.
  enum Clocks: Int, CaseIterable {
    /// A window that nothing leaves; clocks a few seconds apart that step by some more.
    case steady
    /// Windows shorter than the run: points expire.
    case expiring
    /// Clocks step by hours: only the safety invariants are asked for.
    case wild
  }

  let seed: UInt64
  let actions: Int
  let sabotage: Sabotage?
  /// Whether what the simulator sees inside is checked, or only what a client sees.
  let watchesInside: Bool

  let hosts: Int
  let membersAtFirst: Int
  let shards: Int
  let clocks: Clocks
  let shape: WindowShape
  let seriesMax: Int
  /// Of names that one of these matches no node keeps histograms.
  let histogramsOff: [Glob]
  /// Points of a verdict on which names are hot; in some runs so many that there is none.
  let hotSamples: Int

  let creditBytes: Int
  let hintBytesMax: Int
  let queueBytesMax: Int
  let socketBytes: Int
  let batchRows: Int
  let delayMicroseconds: Int
  let applyMicroseconds: Int

  let seriesOpen: Int
  let pointsMax: Int
  let actionMicroseconds: Int
  let faults: [Fault]

  /// None where clocks step by hours: nodes forget by the clock what clients sent.
  let batchClients: Int
  let batchPointsMax: Int
  /// Whether there are clients of `RecordMetrics`.
  let recordsMetrics: Bool
  let live: LiveScenario

  init(_ options: RunOptions) {
    var chance = SplitMix64(seed: options.seed)
    seed = options.seed
    sabotage = options.sabotage
    watchesInside = options.watchesInside
    actions = options.steps ?? Scenario.actionsDefault

    membersAtFirst = chance.int(in: 2...5)
    hosts = min(Scenario.hostsMax, membersAtFirst + chance.int(in: 0...1))
    shards = chance.int(in: 1...3)
    clocks = chance.oneIn(4) ? .expiring : chance.oneIn(8) ? .wild : .steady
    shape = Scenario.shape(clocks)
    seriesMax = chance.oneIn(6) ? chance.int(in: 5...60) : 100_000

    creditBytes = chance.oneIn(2) ? chance.int(in: 4...32) << 10 : 1 << 20
    hintBytesMax = chance.oneIn(2) ? chance.int(in: 1...16) << 10 : 1 << 20
    queueBytesMax = chance.oneIn(2) ? chance.int(in: 8...64) << 10 : 1 << 20
    socketBytes = chance.oneIn(2) ? chance.int(in: 1...16) << 10 : 1 << 18
    batchRows = chance.oneIn(2) ? chance.int(in: 1...16) : 128
    delayMicroseconds = chance.oneIn(2) ? 1_000 : chance.int(in: 2_000...50_000)
    applyMicroseconds = chance.oneIn(2) ? 300 : chance.int(in: 1_000...100_000)

    seriesOpen = chance.int(in: 2...40)
    pointsMax = chance.oneIn(3) ? 8 : 120
    actionMicroseconds = chance.oneIn(2) ? 50_000 : chance.int(in: 100_000...600_000)
    var kinds = Fault.allCases.filter { $0 != .drain && chance.int(in: 0...99) < 45 }
    // What expires when is exact only while all clocks agree.
    if clocks == .expiring { kinds.removeAll { $0 == .clockStep } }
    if kinds.isEmpty { kinds = [.breakWire] }
    hotSamples = chance.oneIn(3) ? 1 << 20 : chance.int(in: 8...64)
    let clients = chance.oneIn(4) ? 0 : chance.int(in: 1...3)
    batchClients = clocks == .wild ? 0 : clients
    batchPointsMax = chance.oneIn(2) ? 6 : 24
    // Where clocks are far apart what is handed over is refused. A node that the source does not
    // name may not be told that another leaves, and may never meet its next life.
    if chance.oneIn(3), clocks != .wild {
      kinds = kinds.filter { $0 != .membership } + [.drain]
    }
    faults = kinds
    live = LiveScenario(seed: seed, clocks: clocks)
    recordsMetrics = chance.oneIn(2)
    histogramsOff = Scenario.histogramsOff(options.seed)
  }

  private static func histogramsOff(_ seed: UInt64) -> [Glob] {
    var chance = SplitMix64(seed: seed ^ 0x0FF)
    let patterns = [[], [], ["m*1", "m?2*"], ["requests"]][chance.int(in: 0...3)]
    do {
      return try patterns.map { pattern throws(GlobError) in try Glob(pattern) }
    } catch {
      preconditionFailure("\(error)")
    }
  }

  var histograms: HistogramPolicy { HistogramPolicy(off: histogramsOff) }

  /// Whether nodes keep histograms of the series with this key.
  func keepsHistograms(of key: [UInt8]) -> Bool {
    let end = SeriesKey.nameEnd(key.span.bytes, 0..<key.count)
    let name = String(decoding: key[..<end], as: UTF8.self)
    return !histogramsOff.contains { $0.matches(name) }
  }

  private static func shape(_ clocks: Clocks) -> WindowShape {
    do {
      return clocks == .expiring
        ? try WindowShape(windowSeconds: 20, resolutionSeconds: 2, futureGraceSeconds: 60)
        : try WindowShape(windowSeconds: 3600, resolutionSeconds: 10, futureGraceSeconds: 60)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// One line for people.
  var summary: String {
    "nodes \(membersAtFirst)/\(hosts), shards \(shards), \(clocks), faults "
      + faults.map { "\($0)" }.joined(separator: " ")
  }
}
