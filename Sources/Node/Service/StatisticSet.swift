// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf

/// Which statistics rows are answered with.
struct StatisticSet: OptionSet, Sendable, Hashable {
  let rawValue: UInt32

  init(rawValue: UInt32) { self.rawValue = rawValue }

  /// These alone; none: all. What this version does not know is left out.
  init(_ statistics: [Statistic]) {
    guard !statistics.isEmpty else {
      self = .all
      return
    }
    self = statistics.reduce(into: []) { set, statistic in set.formUnion(StatisticSet(statistic)) }
  }

  /// One; empty for a number that is none.
  init(_ statistic: Statistic) {
    let isKnown = (1..<32).contains(statistic.rawValue)
    rawValue = isKnown ? 1 << UInt32(statistic.rawValue) & StatisticSet.all.rawValue : 0
  }

  static let count = bit(.count)
  static let sum = bit(.sum)
  static let avg = bit(.avg)
  static let min = bit(.min)
  static let max = bit(.max)
  static let variance = bit(.variance)
  static let stddev = bit(.stddev)
  static let last = bit(.last)
  static let firstSeen = bit(.firstSeen)
  static let lastSeen = bit(.lastSeen)
  static let rate = bit(.rate)
  static let sumRate = bit(.sumRate)
  static let quantiles = bit(.quantiles)

  /// Everything.
  static let all: StatisticSet = [
    .count, .sum, .avg, .min, .max, .variance, .stddev, .last, .firstSeen, .lastSeen, .rate,
    .sumRate, .quantiles,
  ]

  private static func bit(_ statistic: Statistic) -> StatisticSet {
    StatisticSet(rawValue: 1 << UInt32(statistic.rawValue))
  }
}
