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
  /// The nearest open node of each partition that is left, as a key.
  private var nearest: [UInt64]
  /// What nodes lack to their least shares.
  private var needed: Int
  /// Only nodes that have too little have room.
  private var isServingNeed = false

  /// - Precondition: one bound a node.
  init(_ distances: PartitionDistances, bounds: [ShareBounds]) {
    self.distances = distances
    self.bounds = bounds
    shares = [Int](repeating: 0, count: bounds.count)
    isOpen = bounds.map { $0.most > 0 }
    nearest = []
    needed = bounds.reduce(0) { $0 + $1.least }
    nearest = (0..<RouterLimits.partitions).map { nearestOpen($0) }
  }

  /// The owner of each partition. O(partitions x (partitions + nodes)).
  mutating func run() -> [UInt16] {
    var owners = [UInt16](repeating: 0, count: RouterLimits.partitions)
    while !nearest.isEmpty {
      if needed == nearest.count && !isServingNeed { serveNeed() }
      let key = takeNearest()
      let node = PartitionDistances.node(key)
      owners[PartitionDistances.partition(key)] = UInt16(node)
      give(to: node)
    }
    return owners
  }

  /// The nearest pair of all, taken out.
  private mutating func takeNearest() -> UInt64 {
    var place = 0
    var least = UInt64.max
    for index in nearest.indices where nearest[index] < least {
      least = nearest[index]
      place = index
    }
    nearest.swapAt(place, nearest.count - 1)
    nearest.removeLast()
    return least
  }

  private mutating func give(to node: Int) {
    if shares[node] < bounds[node].least { needed -= 1 }
    shares[node] += 1
    let limit = isServingNeed ? bounds[node].least : bounds[node].most
    guard shares[node] == limit else { return }
    isOpen[node] = false
    for index in nearest.indices where PartitionDistances.node(nearest[index]) == node {
      nearest[index] = nearestOpen(PartitionDistances.partition(nearest[index]))
    }
  }

  private mutating func serveNeed() {
    isServingNeed = true
    isOpen = zip(shares, bounds).map { $0 < $1.least }
    nearest = nearest.map { nearestOpen(PartitionDistances.partition($0)) }
  }

  private func nearestOpen(_ partition: Int) -> UInt64 {
    var least = UInt64.max
    let first = partition * bounds.count
    for node in bounds.indices where isOpen[node] {
      least = min(least, distances.keys[first + node])
    }
    precondition(least < .max, "the bounds leave no room")
    return least
  }
}
