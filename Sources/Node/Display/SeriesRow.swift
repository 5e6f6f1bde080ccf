// SPDX-License-Identifier: Apache-2.0

/// The statistics of one series, as the display deals with them.
struct SeriesRow: Sendable, Hashable {
  var name: String
  var count: Int64
  var sum: Double
  var avg: Double
  var min: Double
  var max: Double
  var positiveInfinities: Int64 = 0
  var negativeInfinities: Int64 = 0
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
}

/// What rows are ordered by.
enum SortKey: String, Sendable, CaseIterable {
  case name
  case count
  case sum
  case avg
  case min
  case max
}

extension Array<SeriesRow> {
  /// Names ascending; numbers descending, equal ones by name.
  func sorted(by key: SortKey) -> [SeriesRow] {
    switch key {
    case .name: sorted { $0.name < $1.name }
    case .count: sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    case .sum: sorted { ($1.sum, $0.name) < ($0.sum, $1.name) }
    case .avg: sorted { ($1.avg, $0.name) < ($0.avg, $1.name) }
    case .min: sorted { ($1.min, $0.name) < ($0.min, $1.name) }
    case .max: sorted { ($1.max, $0.name) < ($0.max, $1.name) }
    }
  }
}
