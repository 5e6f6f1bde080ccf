// SPDX-License-Identifier: Apache-2.0

/// Which names, and which series, have more than their share of the points that one loop takes in:
/// their points stay on the node they come to, and are spread over its shards.
///
/// It sees a random sample of the points and gives a verdict over every so many of them. A shard's
/// even share is 1 / (shards x nodes). A name with more than half of that would, where it falls
/// together with others, make its owner the slowest; so it is hot, and stays so until it has less
/// than a quarter. Nothing less than `shareMin` is: a sample does not tell it from chance. Where
/// points come so slowly that a verdict takes more than `secondsMax`, nothing is hot: any shard
/// keeps up.
///
/// Nothing depends on two loops, or nodes, being of one mind: wherever a point is applied, reports
/// add up what shards and nodes have of a series. No clock and no chance of its own.
public struct HotNames: Sendable {
  /// Most names, and most series, that are hot: together their entries are 192 B.
  public static let entriesMax = 16
  /// One point of so many is to be sampled.
  public static let pointsPerSample = 64
  /// Points of a sample.
  public static let samplesDefault = 2048
  /// Of a sample: one in 128 points, so that chance alone makes nothing hot that has not half of
  /// it.
  static let shareMin = 1.0 / 128
  /// At one sample in 64 points, 2048 samples in 10 s are 13 000 points a second.
  static let secondsMax: Int64 = 10
  /// Verdicts without anything hot after the node was full.
  static let verdictsRefused = 64

  /// Upper halves of the hashes of hot names, in order; see `SeriesKey`.
  public private(set) var names: [UInt32] = []
  /// Hashes of hot series, in order.
  public private(set) var series: [UInt64] = []
  /// Names that became hot and were not yet taken by ``takeNews(_:)``.
  private var news: [UInt32] = []
  private let shards: Int
  private var nodes: Int
  private let samplesMax: Int
  private var samples: [UInt64] = []
  private var began: Int64 = 0
  private var verdictsRefused = 0

  /// Nothing is hot yet.
  ///
  /// - Parameters:
  ///   - shards: of this node.
  ///   - samples: points of a verdict.
  public init(shards: Int, samples: Int = HotNames.samplesDefault) {
    precondition(shards > 0 && samples > 0)
    self.shards = shards
    nodes = 1
    samplesMax = samples
    self.samples.reserveCapacity(samples)
  }

  /// Nothing is hot.
  public var isEmpty: Bool { names.isEmpty && series.isEmpty }

  /// The node was full, a while ago.
  public var isRefusing: Bool { verdictsRefused > 0 }

  /// Whether points of this name stay where they come to. O(hot names).
  public func holdsName(of hash: UInt64) -> Bool {
    names.contains(UInt32(truncatingIfNeeded: hash >> 32))
  }

  /// Whether points of this series go to any shard. O(hot series).
  public func holds(_ hash: UInt64) -> Bool { series.contains(hash) }

  /// The cluster has so many members by now; 0: this node is none of them, and nothing is hot.
  public mutating func follow(nodes: Int) {
    self.nodes = nodes
    samples.removeAll(keepingCapacity: true)
    if nodes == 0 { cool() }
    if nodes == 1 { names = [] }
  }

  /// Takes one of the sampled points. O(1); at a verdict O(sample x log(sample)), 0.1 ms.
  ///
  /// - Parameter now: Unix seconds.
  /// - Returns: whether something became hot, or is no more.
  public mutating func sample(_ hash: UInt64, now: Int64) -> Bool {
    if samples.isEmpty { began = now }
    samples.append(hash)
    guard samples.count == samplesMax else { return false }
    defer { samples.removeAll(keepingCapacity: true) }
    return judge(seconds: now - began)
  }

  /// The node is full: what is known elsewhere was new to a shard. Nothing is hot for a while.
  public mutating func refuse() {
    cool()
    verdictsRefused = HotNames.verdictsRefused
  }

  /// Whether this name became hot and nobody was told: only once.
  public mutating func takeNews(_ hash: UInt64) -> Bool {
    guard !news.isEmpty,
      let place = news.firstIndex(of: UInt32(truncatingIfNeeded: hash >> 32))
    else { return false }
    news.remove(at: place)
    return true
  }

  private mutating func cool() {
    names = []
    series = []
    news = []
  }

  private mutating func judge(seconds: Int64) -> Bool {
    let before = (names, series)
    defer { news = news.filter { names.contains($0) || holdsAny(of: $0) } }
    guard nodes > 0, (0...HotNames.secondsMax).contains(seconds), verdictsRefused == 0 else {
      verdictsRefused = max(0, verdictsRefused - 1)
      cool()
      return !before.0.isEmpty || !before.1.isEmpty
    }
    let share = max(HotNames.shareMin, 0.5 / Double(shards * nodes))
    samples.sort()
    if nodes > 1 {
      names = HotNames.hot(samples.map { UInt32(truncatingIfNeeded: $0 >> 32) }, names, share)
    }
    if shards > 1 { series = HotNames.hot(samples, series, share) }
    let known = before.0 + before.1.map { UInt32(truncatingIfNeeded: $0 >> 32) }
    let hot = names + series.map { UInt32(truncatingIfNeeded: $0 >> 32) }
    for name in hot where !known.contains(name) && !news.contains(name) { news.append(name) }
    return before.0 != names || before.1 != series
  }

  private func holdsAny(of name: UInt32) -> Bool { series.contains { $0 >> 32 == UInt64(name) } }

  /// Those of a sorted sample that have more than the share, or had and have half of it; of more
  /// than may be those that have most.
  private static func hot<Hash: FixedWidthInteger>(
    _ samples: [Hash], _ before: [Hash], _ share: Double
  ) -> [Hash] {
    let enough = share * Double(samples.count)
    var found: [(hash: Hash, count: Int)] = []
    var first = 0
    while first < samples.count {
      var end = first + 1
      while end < samples.count, samples[end] == samples[first] { end += 1 }
      let needed = before.contains(samples[first]) ? enough / 2 : enough
      if Double(end - first) > needed { found.append((samples[first], end - first)) }
      first = end
    }
    return found.sorted { $0.count > $1.count }.prefix(entriesMax).map(\.hash).sorted()
  }
}
