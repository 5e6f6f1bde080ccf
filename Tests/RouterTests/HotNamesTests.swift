// SPDX-License-Identifier: Apache-2.0
import Router
import TestKit
import Testing

@Suite("hot names")
struct HotNamesTests {
  private static func hash(name: UInt64, series: UInt64 = 0) -> UInt64 {
    name << 32 | (series &* 0x9E37_79B9) & 0xFFFF_FFFF
  }

  /// One sample in a hundred turns of which `percent` have the name 7, all in so many seconds.
  private static func judge(
    _ hot: inout HotNames, percent: Int, series: Int = 1, seconds: Int64 = 1
  ) -> Bool {
    var changed = false
    for sample in 0..<400 {
      let isHot = sample % 100 < percent
      let name = isHot ? 7 : UInt64(1000 + sample)
      changed =
        hot.sample(
          hash(name: name, series: isHot ? UInt64(sample % series) : 0),
          now: 100 + Int64(sample) * seconds / 399) || changed
    }
    return changed
  }

  @Test("a name with more than half of a shard's even share is hot, until it has a quarter")
  func hysteresis() {
    var hot = HotNames(shards: 2, samples: 400)
    hot.follow(nodes: 5)
    let name = Self.hash(name: 7)
    #expect(!Self.judge(&hot, percent: 5) && hot.isEmpty)
    #expect(Self.judge(&hot, percent: 6))
    #expect(hot.holdsName(of: name) && hot.holds(name) && hot.names == [7])
    #expect(!hot.holdsName(of: Self.hash(name: 8)) && !hot.holds(Self.hash(name: 7, series: 1)))
    #expect(!Self.judge(&hot, percent: 3) && hot.holdsName(of: name))
    #expect(Self.judge(&hot, percent: 2) && hot.isEmpty)
  }

  @Test("a hot name of many series has no hot series")
  func manySeries() {
    var hot = HotNames(shards: 4, samples: 400)
    hot.follow(nodes: 3)
    #expect(Self.judge(&hot, percent: 90, series: 100))
    #expect(hot.names == [7] && hot.series.isEmpty)
  }

  @Test("a node alone spreads series only, and one shard of several nodes names only")
  func single() {
    var alone = HotNames(shards: 4, samples: 400)
    #expect(Self.judge(&alone, percent: 90))
    #expect(alone.names.isEmpty && alone.series.count == 1)
    var shard = HotNames(shards: 1, samples: 400)
    shard.follow(nodes: 3)
    #expect(Self.judge(&shard, percent: 90))
    #expect(shard.names == [7] && shard.series.isEmpty)
    var both = HotNames(shards: 1, samples: 400)
    #expect(!Self.judge(&both, percent: 100) && both.isEmpty)
  }

  @Test("nothing is hot where points are few, or the clock jumped")
  func slow() {
    var hot = HotNames(shards: 4, samples: 400)
    #expect(!Self.judge(&hot, percent: 90, seconds: 11))
    #expect(Self.judge(&hot, percent: 90, seconds: 10))
    #expect(Self.judge(&hot, percent: 90, seconds: -5) && hot.isEmpty)
  }

  @Test("a node that belongs to no cluster any more keeps nothing")
  func leaving() {
    var hot = HotNames(shards: 2, samples: 400)
    hot.follow(nodes: 3)
    #expect(Self.judge(&hot, percent: 90))
    hot.follow(nodes: 0)
    #expect(hot.isEmpty)
    #expect(!Self.judge(&hot, percent: 90) && hot.isEmpty)
    hot.follow(nodes: 2)
    #expect(Self.judge(&hot, percent: 90))
  }

  @Test("a full node spreads nothing for a while")
  func refusing() {
    var hot = HotNames(shards: 2, samples: 400)
    hot.follow(nodes: 3)
    #expect(Self.judge(&hot, percent: 90))
    hot.refuse()
    #expect(hot.isEmpty && hot.isRefusing)
    var verdicts = 0
    while hot.isEmpty && verdicts < 1000 {
      _ = Self.judge(&hot, percent: 90)
      verdicts += 1
    }
    #expect(verdicts == 65 && !hot.isRefusing)
  }

  @Test("no more than so many are hot: those with most points")
  func most() {
    var hot = HotNames(shards: 64, samples: 2000)
    hot.follow(nodes: 64)
    for sample in 0..<2000 {
      // Name i has about i + 20 of 2000.
      var (rest, name) = (sample % 1000, 0)
      while name < 30, rest >= name + 20 { (rest, name) = (rest - name - 20, name + 1) }
      _ = hot.sample(Self.hash(name: UInt64(name)), now: 1)
    }
    #expect(hot.names.count == HotNames.entriesMax && hot.series.count == HotNames.entriesMax)
  }

  @Test("a name that becomes hot is news once")
  func news() {
    var hot = HotNames(shards: 2, samples: 400)
    hot.follow(nodes: 3)
    let name = Self.hash(name: 7)
    let early = hot.takeNews(name)
    #expect(!early)
    _ = Self.judge(&hot, percent: 90)
    let first = hot.takeNews(name)
    let second = hot.takeNews(name)
    #expect(first && !second)
    _ = Self.judge(&hot, percent: 90)
    let again = hot.takeNews(name)
    #expect(!again)
  }
}
