// SPDX-License-Identifier: Apache-2.0
import enum Proto.FNV

/// How far each partition is from each node: rendezvous hashing (Thaler and Ravishankar, "Using
/// name-based mappings to increase hit rates", 1998), weighted by the logarithmic method
/// (Schindelhauer and Schomaker, "Weighted distributed hash tables", 2005).
///
/// Node n draws a number u in 0..<1 for partition p, from its id and p alone, and the distance is
/// -log2(u) / weight: the nearest node is a given one with a probability proportional to its
/// weight. The 1024 numbers of a node are drawn one from each 1024th of 0..<1, in an order of the
/// node's own (stratified sampling: McKay, Beckman and Conover, 1979). Each is as good as any
/// other, but a node is near to its share of the partitions to begin with: the variance of what it
/// wins is half of what independent numbers give.
struct PartitionDistances {
  /// Nodes that there are.
  let nodes: Int
  /// Partition by partition, the distance of each node, in its upper 46 bits, then ten bits of the
  /// partition and eight of the node, so that no two are equal.
  private(set) var keys: [UInt64]

  /// Measures all distances. O(partitions x nodes).
  init(_ weighted: [(id: NodeID, weight: Int)]) {
    nodes = weighted.count
    keys = [UInt64](repeating: 0, count: nodes * RouterLimits.partitions)
    for (node, (id, weight)) in weighted.enumerated() {
      let text = Array(id.text.utf8)
      let seed = FNV.hash(unsafe text.span.bytes, 0..<text.count)
      measure(node, seed: seed, weight: UInt64(weight))
    }
  }

  /// The node that a key tells the distance of.
  static func node(_ key: UInt64) -> Int { Int(truncatingIfNeeded: key & 0xFF) }

  /// The partition that a key tells the distance of.
  static func partition(_ key: UInt64) -> Int { Int(truncatingIfNeeded: key >> 8 & 0x3FF) }

  private mutating func measure(_ node: Int, seed: UInt64, weight: UInt64) {
    let strata = Self.strata(seed)
    for partition in 0..<RouterLimits.partitions {
      let within = FNV.mix(seed ^ FNV.mix(UInt64(partition) &+ Self.step))
      let drawn = strata[partition] << 54 | within >> 10
      let distance = FixedLog2.negated(drawn) / weight
      keys[partition * nodes + node] = distance << 18 | UInt64(partition) << 8 | UInt64(node)
    }
  }

  /// The numbers 0..<1024 in an order of the node's own: Fisher-Yates over SplitMix64.
  private static func strata(_ seed: UInt64) -> [UInt64] {
    var strata = Array(0..<UInt64(RouterLimits.partitions))
    var state = seed
    for last in stride(from: strata.count - 1, to: 0, by: -1) {
      state &+= Self.step
      let chosen = FNV.mix(state).multipliedFullWidth(by: UInt64(last + 1)).high
      strata.swapAt(last, Int(chosen))
    }
    return strata
  }

  /// 2^64 over the golden ratio: steps of a Weyl sequence.
  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15
}
