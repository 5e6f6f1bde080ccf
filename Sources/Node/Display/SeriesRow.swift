// SPDX-License-Identifier: Apache-2.0
import Proto

/// The statistics of one series, as the display deals with them.
struct SeriesRow: Sendable, Hashable {
  /// What it is called: the metric's name, and its labels as ``SeriesText`` shows them.
  var name: String
  var count: Int64
  var sum: Double
  var avg: Double
  var min: Double
  var max: Double
  var positiveInfinities: Int64 = 0
  var negativeInfinities: Int64 = 0
  var variance: Double = 0
  var stddev: Double = 0
  /// The value with the latest time; nil: not known, as are the times.
  var last: Double?
  /// Unix seconds.
  var lastSeen: Int64?
  var firstSeen: Int64?
  /// Values a second.
  var rate: Double = 0
  /// Their sum a second.
  var sumRate: Double = 0
  /// In order of the summary's; empty: none are kept.
  var quantiles: [Double] = []
  /// By how much of itself each is off at most.
  var quantileError: Double = 0
  /// gauge, counter, histogram; nil: it did not say.
  var kind: String?
  /// Without labels; nil: `name` is the metric's.
  var metric: String?
  /// In order of their names.
  var labels: [Label] = []

  /// A label of a series.
  struct Label: Sendable, Hashable {
    var name: String
    var value: String
  }
}

/// A whole answer: the rows of all pages, and what they cover.
struct Summary: Sendable, Hashable {
  var rows: [SeriesRow]
  /// The node's clock, Unix seconds.
  var asOf: Int64
  /// Seconds covered, ending at ``asOf``.
  var windowSeconds: Int64
  /// Steps in which old points leave the window.
  var resolutionSeconds: Int64
  /// How much of the cluster answered; nil: the node spoke for itself alone.
  var coverage: SummaryCoverage?
  /// Points after this and up to ``to`` are in it, Unix seconds.
  var from: Int64 = 0
  var to: Int64 = 0
  /// Which quantiles rows have.
  var quantiles: [Double] = []
  /// Quantiles are of points after this and up to ``quantilesTo``.
  var quantilesFrom: Int64 = 0
  var quantilesTo: Int64 = 0
  /// What was asked for; empty: everything.
  var statistics: Set<Statistic> = []

  /// Rows have this statistic, or may.
  func has(_ statistic: Statistic) -> Bool { statistics.isEmpty || statistics.contains(statistic) }
}

/// What rows are ordered by.
enum SortKey: String, Sendable, CaseIterable {
  case name
  case count
  case rate
  case sum
  case avg
  case stddev
  case min
  case max
  case last
}

extension Array<SeriesRow> {
  /// Names ascending; numbers descending, equal ones by name.
  func sorted(by key: SortKey) -> [SeriesRow] {
    switch key {
    case .name: sorted { $0.name < $1.name }
    case .count: sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    case .rate: sorted { ($1.rate, $0.name) < ($0.rate, $1.name) }
    case .sum: sorted { ($1.sum, $0.name) < ($0.sum, $1.name) }
    case .avg: sorted { ($1.avg, $0.name) < ($0.avg, $1.name) }
    case .stddev: sorted { ($1.stddev, $0.name) < ($0.stddev, $1.name) }
    case .min: sorted { ($1.min, $0.name) < ($0.min, $1.name) }
    case .max: sorted { ($1.max, $0.name) < ($0.max, $1.name) }
    case .last: sorted { ($1.lastOrLeast, $0.name) < ($0.lastOrLeast, $1.name) }
    }
  }
}

extension SeriesRow {
  fileprivate var lastOrLeast: Double { last ?? -.infinity }
}
