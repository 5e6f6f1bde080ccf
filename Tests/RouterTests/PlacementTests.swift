// SPDX-License-Identifier: Apache-2.0
import Router
import Testing

@Suite("placement")
struct PlacementTests {
  @Test("the shards of a node share the names of any partition", arguments: [1, 2, 3, 7, 8, 64])
  func spread(shards: Int) {
    let placement = Placement(shards: shards)
    var counts = [Int](repeating: 0, count: shards)
    for number in 0..<200_000 {
      let hash = testHash("host-\(number % 100).metric-\(number)")
      guard Placement.partition(hash) < 256 else { continue }
      counts[placement.shard(hash)] += 1
    }
    let fair = Double(counts.reduce(0, +)) / Double(shards)
    #expect(counts.allSatisfy { abs(Double($0) - fair) < 0.25 * fair + 1 })
  }

  @Test("partitions come from the high bits and shards from the low ones")
  func bits() {
    #expect(Placement.partition(0) == 0)
    #expect(Placement.partition(.max) == RouterLimits.partitions - 1)
    #expect(Placement.partition(1 << 54) == 1)
    #expect(Placement(shards: 8).shard(0xFFFF_FFFF_0000_0000) == 0)
    #expect(Placement(shards: 8).shard(0x0000_0000_FFFF_FFFF) == 7)
  }
}
