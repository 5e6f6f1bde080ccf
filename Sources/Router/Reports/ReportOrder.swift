// SPDX-License-Identifier: Apache-2.0
public import Proto
internal import Shard

/// The order of an answer's rows by a statistic: the greatest first, unless ascending. Rows without
/// that statistic come last either way; equal rows are in order of their keys' bytes.
public struct ReportOrder: Sendable, Hashable {
  /// Rows without the statistic.
  static let absent = UInt64.max

  /// What rows are ordered by.
  public var statistic: Statistic
  /// With ``Statistic/quantiles``: which.
  public var quantile: Double
  /// The least first.
  public var isAscending: Bool

  /// An order as given.
  public init(by statistic: Statistic, quantile: Double = 0, isAscending: Bool = false) {
    self.statistic = statistic
    self.quantile = quantile
    self.isAscending = isAscending
  }

  /// The rank of each row: the smaller comes first. O(rows), for quantiles O(buckets).
  func ranks(of report: PartialReport) -> [UInt64] {
    (0..<report.count).map { rank(of: report, $0) }
  }

  private func rank(of report: PartialReport, _ row: Int) -> UInt64 {
    let summary = report[row]
    switch statistic {
    case .count, .rate: return rank(summary.count)
    case .lastSeen where summary.isSeen: return rank(summary.lastSeen)
    case .firstSeen where summary.firstSeen != .max: return rank(summary.firstSeen)
    case .quantiles:
      return report.quantile(quantile, row: row).map(rank) ?? ReportOrder.absent
    default: return value(of: summary).map(rank) ?? ReportOrder.absent
    }
  }

  /// The statistic of a row; nil: it has none.
  private func value(of summary: SeriesSummary) -> Double? {
    if statistic == .last { return summary.isSeen ? summary.last : nil }
    guard summary.count > 0 else { return nil }
    return switch statistic {
    case .sum, .sumRate: summary.sum
    case .avg: summary.average
    case .min: summary.min
    case .max: summary.max
    case .variance, .stddev: summary.variance
    default: nil
    }
  }

  private func rank(_ value: Int64) -> UInt64 {
    directed(UInt64(bitPattern: value) ^ 1 << 63)
  }

  /// The bits of doubles are in order of their values but for the sign (IEEE 754, 5.10).
  private func rank(_ value: Double) -> UInt64 {
    guard !value.isNaN else { return ReportOrder.absent }
    let bits = (value == 0 ? 0 : value).bitPattern
    return directed(value.sign == .minus && value != 0 ? ~bits : bits | 1 << 63)
  }

  private func directed(_ ascending: UInt64) -> UInt64 {
    min(isAscending ? ascending : ~ascending, ReportOrder.absent - 1)
  }
}

extension SeriesSummary {
  /// There is a latest value.
  fileprivate var isSeen: Bool { lastSeen != SeriesSummary.neverSeen }
}
