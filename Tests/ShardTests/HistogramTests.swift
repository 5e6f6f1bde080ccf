// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

@Suite("histograms")
struct HistogramTests {
  @Test(
    "a magnitude lies behind its bucket's bound and not behind the next",
    arguments: 1...8 as ClosedRange<UInt64>)
  func bounds(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var magnitudes: [Double] = [
      .leastNonzeroMagnitude, .leastNormalMagnitude, 1, 2, .greatestFiniteMagnitude,
    ]
    magnitudes += (0..<500).map { _ in randomMagnitude(&random) }
    for magnitude in magnitudes.flatMap({ [$0.nextDown, $0, $0.nextUp] })
    where magnitude > 0 && magnitude.isFinite {
      let finest = HistogramScale.index(of: magnitude)
      for scale in HistogramScale.coarsest...HistogramScale.finest {
        let index = finest >> Int32(HistogramScale.finest - scale)
        // Bounds below are rounded to fewer digits.
        if magnitude >= .leastNormalMagnitude {
          #expect(HistogramScale.bound(index, scale: scale) < magnitude)
          #expect(magnitude <= HistogramScale.bound(index + 1, scale: scale))
        }
        let middle = HistogramScale.middle(index, scale: scale)
        let allowed =
          magnitude * HistogramScale.relativeError(scale) + .leastNonzeroMagnitude
        #expect(abs(middle - magnitude) <= allowed)
      }
    }
  }

  @Test("a power of the base ends its bucket")
  func powers() {
    #expect(HistogramScale.index(of: 1) == -1)
    #expect(HistogramScale.index(of: (1.0).nextUp) == 0)
    #expect(HistogramScale.index(of: 2) == 31)
    #expect(HistogramScale.index(of: .leastNonzeroMagnitude) == -1074 * 32 - 1)
    #expect(HistogramScale.index(of: .greatestFiniteMagnitude) == 32_767)
    #expect(HistogramScale.bound(32, scale: 5) == 2)
    #expect(HistogramScale.bound(3, scale: -4) == 0x1p48)
    #expect(HistogramScale.relativeError(5) < 0.011)
  }

  @Test(
    "is the finest that fits, as its naive twin says, however its values are divided",
    arguments: 1...24 as ClosedRange<UInt64>)
  func canonical(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let values = randomValues(random.int(in: 0...400), &random)
    var all = Histogram()
    for value in values { all.add(value) }
    #expect(all == naive(values))
    #expect(all.count == Int64(values.count))
    #expect(all.positive.counts.count <= HistogramScale.bucketsMax)
    #expect(all.negative.counts.count <= HistogramScale.bucketsMax)
    var parts = [Histogram](repeating: Histogram(), count: 5)
    for value in values { parts[random.int(in: 0...4)].add(value) }
    for _ in 0..<3 {
      parts.shuffle(using: &random)
      var left = Histogram()
      for part in parts { left.merge(part) }
      var right = parts[3]
      right.merge(parts[4])
      var nested = parts[0]
      nested.merge(parts[1])
      nested.merge(parts[2])
      nested.merge(right)
      #expect(left == all)
      #expect(nested == all)
    }
  }

  @Test(
    "a quantile is as close to the exact one as it says", arguments: 1...24 as ClosedRange<UInt64>)
  func quantiles(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let values = randomValues(random.int(in: 1...600), &random)
    let histogram = values.reduce(into: Histogram()) { $0.add($1) }
    let sorted = values.sorted()
    for q in [0, 0.001, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 1] {
      let rank = max(1, Int((q * Double(values.count)).rounded(.up)))
      let exact = sorted[rank - 1]
      let off = abs(histogram.quantile(q) - exact)
      #expect(
        off <= abs(exact) * histogram.relativeError + .leastNonzeroMagnitude,
        "\(q) of \(values.count): \(exact)")
    }
  }

  @Test("nothing has the quantile 0, and counts end at the greatest number")
  func edges() {
    #expect(Histogram().quantile(0.5) == 0)
    #expect(Histogram().isEmpty)
    let huge = Histogram(
      scale: 5, zeros: .max, positive: .init(start: 0, counts: [0, .max, 0]), negative: .init())
    var merged = huge
    merged.merge(huge)
    #expect(merged == huge)
    #expect(merged.count == .max)
    #expect(merged.positive.start == 1)
    #expect(merged.quantile(0.5) == 0)
    #expect(merged.quantile(1) == 0)
  }

  @Test("all doubles have room at the coarsest scale")
  func widest() {
    var histogram = Histogram()
    for value: Double in [.leastNonzeroMagnitude, .greatestFiniteMagnitude] {
      histogram.add(value)
      histogram.add(-value)
    }
    #expect(histogram.scale == HistogramScale.coarsest)
    #expect(histogram.positive == histogram.negative)
    #expect(histogram.quantile(0) < -1e300)
    #expect(histogram.quantile(0.5) < 0)
    #expect(histogram.quantile(1) > 1e300)
  }
}

/// Any positive finite double, by its bits.
func randomMagnitude(_ random: inout SplitMix64) -> Double {
  Double(bitPattern: random.next() % (0x7FF0_0000_0000_0000 - 1) + 1)
}

/// Values of one of several distributions.
func randomValues(_ count: Int, _ random: inout SplitMix64) -> [Double] {
  let kind = random.int(in: 0...5)
  return (0..<count).map { _ in
    switch kind {
    case 0: random.double(in: 0...1)
    case 1: Double(random.int(in: -3...3))
    case 2: random.double(in: -100...1000)
    case 3: random.oneIn(2) ? randomMagnitude(&random) : -randomMagnitude(&random)
    case 4: 1e-300 + 1 / random.double(in: 1e-12...1)
    default: random.oneIn(50) ? 1e9 : 5
    }
  }
}

/// The histogram of some values by its definition: the finest scale at which no sign has too many
/// buckets.
func naive(_ values: [Double]) -> Histogram {
  func buckets(_ magnitudes: [Double], _ scale: Int) -> Histogram.Buckets {
    let indices = magnitudes.map {
      HistogramScale.index(of: $0) >> Int32(HistogramScale.finest - scale)
    }
    guard let first = indices.min(), let last = indices.max() else { return .init() }
    var counts = [Int64](repeating: 0, count: Int(last - first) + 1)
    for index in indices { counts[Int(index - first)] += 1 }
    return .init(start: first, counts: counts)
  }
  for scale in (HistogramScale.coarsest...HistogramScale.finest).reversed() {
    let positive = buckets(values.filter { $0 > 0 }, scale)
    let negative = buckets(values.filter { $0 < 0 }.map(\.magnitude), scale)
    guard max(positive.counts.count, negative.counts.count) <= HistogramScale.bucketsMax else {
      continue
    }
    return Histogram(
      scale: scale, zeros: Int64(values.count { $0 == 0 }), positive: positive, negative: negative)
  }
  preconditionFailure("the coarsest scale has room for all doubles")
}
