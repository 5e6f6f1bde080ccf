// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

@Suite("squares of distances from the mean")
struct VarianceTests {
  private static let now: Int64 = 1_700_000_000

  private static func squares(_ values: [Double], secondsApart: Int64 = 0) -> Double? {
    var core = ShardCore()
    core.apply(
      values.enumerated().map {
        TestPoint(name: "a", value: $1, time: now - Int64($0) * secondsApart)
      }, now: now)
    return core.summaries(now: now)["a"]?.squares
  }

  /// Two passes, the mean corrected by what it is off.
  private static func naive(_ values: [Double]) -> Double {
    let count = Double(values.count)
    let shift = values[0]
    let mean = values.reduce(0) { $0 + ($1 - shift) } / count
    let rest = values.reduce(0) { $0 + ($1 - shift - mean) }
    let sum = values.reduce(0) { $0 + ($1 - shift - mean) * ($1 - shift - mean) }
    return sum - rest * rest / count
  }

  @Test("are exactly 0 of equal values", arguments: [0, 7] as [Int64])
  func constant(secondsApart: Int64) {
    for value in [0.1, 1e9 + 0.1, -1 / 3, 1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude] {
      let values = [Double](repeating: value, count: 500)
      #expect(Self.squares(values, secondsApart: secondsApart) == 0)
    }
  }

  @Test(
    "keep the digits of a small noise on a large value", arguments: [0, 7] as [Int64],
    1...4 as ClosedRange<UInt64>)
  func noise(secondsApart: Int64, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let values = (0..<500).map { _ in 1e9 + random.double(in: -1...1) }
    let seen = try #require(Self.squares(values, secondsApart: secondsApart))
    #expect(seen.isNear(Self.naive(values), within: 1e-6))
  }

  @Test("survive an outlier, first or last", arguments: [1e6, 1e12, -1e15])
  func outlier(value: Double) throws {
    var random = SplitMix64(seed: 1)
    let values = (0..<300).map { _ in random.double(in: 0...1) }
    for all in [[value] + values, values + [value]] {
      for apart in [0, 10] as [Int64] {
        let seen = try #require(Self.squares(all, secondsApart: apart))
        #expect(seen.isNear(Self.naive(all), within: 1e-9))
      }
    }
  }

  @Test(
    "are infinite when they are too large, never NaN, and stay so", arguments: [0, 10] as [Int64])
  func overflow(secondsApart: Int64) {
    let huge = Double.greatestFiniteMagnitude
    for values in [[huge, -huge, 1], [huge, huge, 1], [1, 1e200, 1], [1e154, -1e154, 1e154]] {
      #expect(Self.squares(values, secondsApart: secondsApart) == .infinity)
    }
    // Distances that are squared are below what overflows.
    let seen = Self.squares([1e150, -1e150], secondsApart: secondsApart)
    #expect(seen?.isNear(2e300) == true)
  }

  @Test("agree with two passes over any values", arguments: 1...20 as ClosedRange<UInt64>)
  func agree(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let exponent = random.int(in: -100...100)
    let values = (0..<random.int(in: 1...400)).map { _ in
      random.double(in: -1...1) * Double(sign: .plus, exponent: exponent, significand: 1)
    }
    let seen = try #require(
      Self.squares(values, secondsApart: Int64(random.int(in: 0...9))))
    #expect(seen.isNear(Self.naive(values), within: 1e-9))
  }
}
