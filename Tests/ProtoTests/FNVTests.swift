// SPDX-License-Identifier: Apache-2.0
import Proto
import TestKit
import Testing

@Suite("FNV")
struct FNVTests {
  @Test(
    "FNV-1a gives the published values",
    arguments: [
      ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("b", 0xAF63_DF4C_8601_F1A5),
      ("foo", 0xDCB2_7518_FED9_D577), ("foobar", 0x8594_4171_F739_67E8),
      ("chongo was here!\n", 0x4681_0940_EFF5_F915),
    ] as [(String, UInt64)])
  func published(text: String, hash: UInt64) {
    let bytes = Array(text.utf8)
    #expect(FNV.hash1a(bytes.span.bytes, 0..<bytes.count) == hash)
    #expect(FNV.hash(bytes.span.bytes, 0..<bytes.count) == FNV.mix(hash))
  }

  @Test("the finaliser gives MurmurHash3's values")
  func finaliser() {
    #expect(FNV.mix(0) == 0)
    #expect(FNV.mix(1) == 0xB456_BCFC_34C2_CB2C)
    #expect(FNV.mix(2) == 0x3ABF_2A20_6506_83E7)
  }

  @Test("only the bytes of the range count")
  func range() {
    let bytes = Array("xxfoobaryy".utf8)
    #expect(FNV.hash1a(bytes.span.bytes, 2..<8) == 0x8594_4171_F739_67E8)
  }

  @Test("short names that differ in one digit spread over all partitions")
  func spread() {
    var partitions: Set<UInt64> = []
    for index in 0..<20_000 {
      let bytes = Array("m\(index)".utf8)
      partitions.insert(FNV.hash(bytes.span.bytes, 0..<bytes.count) >> 54)
    }
    #expect(partitions.count == 1024)
  }

  @Test("four together are hashed as one by one, whatever their lengths")
  func together() {
    var random = SplitMix64(seed: 4)
    let bytes = (0..<403).map { _ in UInt8.random(in: 0...255, using: &random) }
    for _ in 0..<2000 {
      let ranges = InlineArray<4, Range<Int>> { _ in
        let start = Int.random(in: 0...300, using: &random)
        return start..<start
          + Int.random(in: 0...Int.random(in: 0...100, using: &random), using: &random)
      }
      let hashes = FNV.hashes(bytes.span.bytes, ranges)
      for lane in 0..<4 { #expect(hashes[lane] == FNV.hash(bytes.span.bytes, ranges[lane])) }
      let (heads, tails) = (
        InlineArray<4, Range<Int>> { ranges[$0].lowerBound..<ranges[$0].lowerBound + $0 },
        InlineArray<4, Range<Int>> { ranges[$0].lowerBound + $0..<ranges[$0].upperBound + $0 }
      )
      let whole = FNV.hashes(
        bytes.span.bytes, tails, behind: FNV.hashes(bytes.span.bytes, heads))
      for lane in 0..<4 {
        let range = heads[lane].lowerBound..<tails[lane].upperBound
        #expect(whole[lane] == FNV.hash(bytes.span.bytes, range))
      }
    }
  }
}
