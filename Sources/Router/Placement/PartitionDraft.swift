// SPDX-License-Identifier: Apache-2.0

/// Gives partitions to nodes, the nearest pair first, while the node has room: the one stable
/// matching of partitions and seats, as both sides rank by the same distance (Gale and Shapley,
/// 1962). As soon as those nodes that have too little need all that is left, only they have room.
///
/// A change of the set of nodes therefore disturbs little: a partition moves when its node went or
/// a nearer one came, and else only down the short chain of those who make room for each other.
struct PartitionDraft {
  private let distances: PartitionDistances
  private let bounds: [ShareBounds]
  /// Partitions that each node has.
  private var shares: [Int]
  /// Has room.
  private var isOpen: [Bool]
  /// What nodes lack to their least shares.
  private var needed: Int
  /// Only nodes that have too little have room.
  private var isServingNeed = false
  /// For each partition that is left the key of a node, none nearer of which is open: a heap, the
  /// least on top. Rooms only close, so a key that is out of date is too small, and is set right
  /// when it comes to the top.
  private var nearest: [UInt64] = []

  /// - Precondition: one bound a node.
  init(_ distances: PartitionDistances, bounds: [ShareBounds]) {
    self.distances = distances
    self.bounds = bounds
    shares = [Int](repeating: 0, count: bounds.count)
    isOpen = bounds.map { $0.most > 0 }
    needed = bounds.reduce(0) { $0 + $1.least }
    // Sorted, and so a heap.
    nearest = (0..<RouterLimits.partitions).map { nearestOpen($0) }.sorted()
  }

  /// The owner of each partition. O(partitions x (nodes + log partitions)), if few are turned away
  /// often.
  mutating func run() -> [UInt16] {
    var owners = [UInt16](repeating: 0, count: RouterLimits.partitions)
    while let key = nearest.first {
      if needed == nearest.count && !isServingNeed { serveNeed() }
      let node = PartitionDistances.node(key)
      if isOpen[node] {
        owners[PartitionDistances.partition(key)] = UInt16(node)
        give(to: node)
        nearest[0] = nearest[nearest.count - 1]
        nearest.removeLast()
      } else {
        nearest[0] = nearestOpen(PartitionDistances.partition(key))
      }
      sink()
    }
    return owners
  }

  private mutating func give(to node: Int) {
    if shares[node] < bounds[node].least { needed -= 1 }
    shares[node] += 1
    isOpen[node] = shares[node] < (isServingNeed ? bounds[node].least : bounds[node].most)
  }

  private mutating func serveNeed() {
    isServingNeed = true
    isOpen = zip(shares, bounds).map { $0 < $1.least }
  }

  private func nearestOpen(_ partition: Int) -> UInt64 {
    var least = UInt64.max
    let first = partition * bounds.count
    for node in 0..<bounds.count where isOpen[node] {
      least = min(least, distances.keys[first + node])
    }
    precondition(least < .max, "the bounds leave no room")
    return least
  }

  /// Lets the key on top sink to its place.
  private mutating func sink() {
    var place = 0
    while true {
      var child = 2 * place + 1
      guard child < nearest.count else { return }
      if child + 1 < nearest.count && nearest[child + 1] < nearest[child] { child += 1 }
      guard nearest[child] < nearest[place] else { return }
      nearest.swapAt(place, child)
      place = child
    }
  }
}
