// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

@Suite("statistics of a series")
struct SummaryTests {
  @Test("squares merge to those of all values", arguments: 1...12 as ClosedRange<UInt64>)
  func squares(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    // The variance is small beside the mean: what cancels badly would show.
    let offset = random.oneIn(2) ? 1e9 : 0
    let parts = (0..<6).map { _ in
      (0..<random.int(in: 0...200)).map { _ in offset + random.double(in: -1...1) }
    }
    var merged = SeriesSummary()
    for part in parts { merged.add(summary(part)) }
    let all = summary(parts.flatMap(\.self))
    #expect(merged.count == all.count)
    #expect(abs(merged.variance - all.variance) <= 1e-6 * all.variance)
  }

  @Test("equal values vary by nothing at all, however they were divided")
  func equal() {
    var merged = SeriesSummary()
    for count in 1...7 { merged.add(summary([Double](repeating: 0.1, count: count))) }
    #expect(merged.count == 28 && merged.variance == 0)
  }

  @Test("the latest time has the last value, of equal times the greater")
  func last() {
    let early = SeriesSummary(count: 1, last: 9, lastSeen: 5, firstSeen: 5, kind: 1)
    let late = SeriesSummary(count: 1, last: 1, lastSeen: 6, firstSeen: 6, kind: 3)
    let other = SeriesSummary(count: 1, last: 2, lastSeen: 6, firstSeen: 2)
    for order in [[early, late, other], [other, late, early], [late, early, other]] {
      var merged = SeriesSummary()
      for summary in order { merged.add(summary) }
      #expect(merged.last == 2)
      #expect(merged.lastSeen == 6)
      #expect(merged.firstSeen == 2)
      #expect(merged.kind == 3)
    }
  }

  @Test("together the latest value is not known when that of a part is not")
  func lastUnknown() {
    let known = SeriesSummary(count: 1, last: 9, lastSeen: 5, firstSeen: 5)
    let unknown = SeriesSummary(count: 1, firstSeen: 2)
    for order in [[known, unknown, known], [unknown, known], [known, known, unknown]] {
      var merged = SeriesSummary()
      for summary in order { merged.add(summary) }
      #expect(merged.lastSeen == SeriesSummary.neverSeen && merged.last == 0)
      #expect(merged.firstSeen == 2)
    }
    var same = known
    same.add(SeriesSummary())
    #expect(same == known)
  }

  @Test("squares beyond the largest double are infinite, never no number")
  func infinite() {
    var merged = SeriesSummary(count: 1, sum: .infinity)
    merged.add(SeriesSummary(count: 1, sum: .infinity))
    #expect(merged.squares == .infinity)
    var huge = SeriesSummary(count: 1, sum: 1e300)
    huge.add(SeriesSummary(count: 1, sum: -1e300))
    #expect(huge.squares == .infinity)
    var alone = SeriesSummary()
    alone.add(SeriesSummary(count: 1, sum: .infinity))
    #expect(alone.squares == 0)
  }

  private func summary(_ values: [Double]) -> SeriesSummary {
    let mean = values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return SeriesSummary(
      count: Int64(values.count), sum: values.reduce(0, +), min: values.min() ?? .infinity,
      max: values.max() ?? -.infinity, squares: squares)
  }
}
