// SPDX-License-Identifier: Apache-2.0
import Proto
import TestKit
import Testing

@Suite struct SeriesKeyTests {
  @Test("a key comes apart into what it was made of, labels in order, empty ones left out")
  func roundTrip() {
    let key = SeriesKey.encode(metric: "cpu", labels: ["b": "2", "a": "ä=1", "c": "", "ab": "3"])
    let (metric, labels) = SeriesKey.decode(key)
    #expect(metric == "cpu")
    #expect(labels.map(\.name) == ["a", "ab", "b"])
    #expect(labels.map(\.value) == ["ä=1", "3", "2"])
    #expect(SeriesKey.encode(metric: "cpu", labels: [:]) == Array("cpu".utf8))
    #expect(SeriesKey.encode(metric: "", labels: ["a": "b"]) == [0xFF, 0x61, 0xFE, 0x62])
  }

  @Test(
    "keys of one name share the upper half of their hashes, and without labels all of the name's")
  func hashes() {
    let hash = { (key: [UInt8]) in SeriesKey.hash(key.span.bytes, 0..<key.count) }
    let name = Array("requests".utf8)
    #expect(hash(name) == FNV.hash(name.span.bytes, 0..<name.count))
    let keys = (0..<1000).map { SeriesKey.encode(metric: "requests", labels: ["host": "\($0)"]) }
    #expect(keys.allSatisfy { SeriesKey.mayShareName(hash($0), hash(name)) })
    #expect(Set(keys.map { hash($0) }).count == 1000)
    // Over eight shards by the lower half: none is empty or has it all.
    let shards = keys.map { Int(((hash($0) & 0xFFFF_FFFF) * 8) >> 32) }
    for shard in 0..<8 { #expect((80...170).contains(shards.count { $0 == shard })) }
  }
}
