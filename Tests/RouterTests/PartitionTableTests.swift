// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing

@testable import Router

@Suite("The table of partitions")
struct PartitionTableTests {
  typealias Nodes = [(id: NodeID, weight: Int)]

  /// Ids as people and machines choose them: counted, addresses, random words.
  private func nodes(_ count: Int, _ random: inout SplitMix64, weightMax: Int = 1) -> Nodes {
    let style = random.int(in: 0...2)
    let prefix = random.next() % 1000
    return (0..<count).map { number in
      let text =
        switch style {
        case 0: "tributary-\(prefix)-\(number)"
        case 1: "10.\(prefix % 256).\(number / 16).\(100 + number % 16)"
        default: String(random.next(), radix: 36)
        }
      return (NodeID(text)!, random.int(in: 1...weightMax))
    }
  }

  private func moved(_ left: PartitionTable, _ right: PartitionTable) -> Int {
    (0..<RouterLimits.partitions).count { left.owner($0) != right.owner($0) }
  }

  /// Sizes, and how many random sets of each are tried. (Of a thousand sets of each size from 2 to
  /// 64 the worst moved 47 partitions beyond 1/n, where 51 may be.)
  static let sizes =
    [(2, 60), (3, 60), (4, 120), (5, 40), (7, 40), (8, 40), (12, 30), (16, 60), (17, 15)]
    + [(24, 10), (32, 10), (48, 6), (49, 6), (52, 6), (63, 6), (64, 8)]

  @Test("shares are fair, and one node more or less moves little besides its own", arguments: sizes)
  func fairAndCalm(count: Int, sets: Int) {
    var random = SplitMix64(seed: UInt64(count))
    let partitions = RouterLimits.partitions
    let fair = Double(partitions) / Double(count)
    for _ in 0..<sets {
      var nodes = nodes(count, &random)
      let all = PartitionTable(nodes)
      let (least, most) = (all.shares.min() ?? 0, all.shares.max() ?? 0)
      #expect(Double(least) >= min(0.9 * fair, fair.rounded(.down)))
      #expect(Double(most) <= max(1.1 * fair, fair.rounded(.up)))
      nodes.remove(at: random.int(in: 0...(count - 1)))
      // 1/n + 5 %, of the larger set: the stricter of both.
      #expect(moved(all, PartitionTable(nodes)) <= partitions / count + partitions / 20, "\(nodes)")
    }
  }

  @Test("a node has as much as its weight says", arguments: [2, 3, 8, 16, 64, 256])
  func weights(count: Int) {
    var random = SplitMix64(seed: UInt64(count))
    for weightMax in [3, 100] {
      let nodes = nodes(count, &random, weightMax: weightMax).sorted { $0.id < $1.id }
      let total = Double(nodes.reduce(0) { $0 + $1.weight })
      for (node, share) in zip(nodes, PartitionTable(nodes).shares) {
        let fair = Double(RouterLimits.partitions * node.weight) / total
        #expect(Double(share) >= min(0.9 * fair, fair.rounded(.down)))
        #expect(Double(share) <= max(1.1 * fair, fair.rounded(.up)))
      }
    }
  }

  @Test("before bounds, partitions fall to nodes by weight: no bias that bounds would hide")
  func unbiased() {
    var random = SplitMix64(seed: 1)
    var won = [0, 0, 0]
    for _ in 0..<60 {
      let nodes: Nodes = [1, 3, 12].map { (NodeID(String(random.next(), radix: 36))!, $0) }
      let keys = PartitionDistances(nodes).keys
      for first in stride(from: 0, to: keys.count, by: 3) {
        won[PartitionDistances.node(keys[first..<first + 3].min()!)] += 1
      }
    }
    let total = Double(won.reduce(0, +))
    for (count, weight) in zip(won, [1.0, 3, 12]) {
      #expect(abs(Double(count) / total - weight / 16) < 0.01)
    }
  }

  @Test("the order in which nodes are named is nothing to it")
  func order() {
    var random = SplitMix64(seed: 7)
    for count in [1, 2, 9, 64] {
      let nodes = nodes(count, &random, weightMax: 4)
      let table = PartitionTable(nodes)
      for _ in 0..<3 { #expect(PartitionTable(nodes.shuffled(using: &random)) == table) }
    }
  }

  @Test("nodes of different versions agree: the table of a known set never changes")
  func golden() {
    let even = PartitionTable(["a", "b", "c"].map { (NodeID($0)!, 1) })
    #expect(even.owners.prefix(16) == [0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1])
    #expect(digest(even) == 9_915_303_553_513_842_595)
    let uneven = PartitionTable((1...20).map { (NodeID("node-\($0)")!, $0 % 5 + 1) })
    #expect(digest(uneven) == 5_773_854_983_087_846_686)
  }

  private func digest(_ table: PartitionTable) -> UInt64 {
    testHash(table.owners.map { String($0) }.joined(separator: ","))
  }

  @Test("one node has all, and none nothing")
  func few() {
    let one = PartitionTable([(NodeID("a")!, 7)])
    #expect(one.shares == [RouterLimits.partitions])
    #expect(one.owner(1023) == NodeID("a"))
    let none = PartitionTable([])
    #expect(none.owners.isEmpty && none.shares.isEmpty && none.owner(0) == nil)
  }

  @Test("the largest cluster has room, also when all weigh as much as they may")
  func largest() {
    let nodes = (0..<RouterLimits.nodesMax).map { (id: NodeID("n\($0)")!, weight: 100) }
    #expect(PartitionTable(nodes).shares.allSatisfy { $0 == 4 })
  }
}
