// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Shard

/// Which series a summary is about, and over which span.
struct SummaryFilter: Sendable {
  var names: [String] = []
  var prefixes: [String] = []
  var globs: [String] = []
  /// Seconds; nil: the node's window.
  var windowSeconds: Int64?
  /// Only what the node itself holds.
  var isLocal = false
  /// Rather an error than an answer that is not complete.
  var isStrict = false

  /// The flags that choose them.
  static let flags: [Flag<SummaryFilter>] = [
    Flag(list: "name", \.names, .text("NAME"), "only this series"),
    Flag(list: "prefix", \.prefixes, .text("TEXT"), "only series whose names begin so"),
    Flag(list: "glob", \.globs, .text("PATTERN"), "only series whose names match, as in 'cpu.*'"),
    Flag(
      optional: "window", \.windowSeconds, .seconds(1...ShardLimits.windowSecondsMax),
      "a span shorter than the node's, ending now"),
    Flag("local", \.isLocal, "only what the node itself holds, not the whole cluster"),
  ]

  /// The question for the first page.
  var request: SummaryRequest {
    .with {
      $0.names = names
      $0.prefixes = prefixes
      $0.globs = globs
      $0.windowSeconds = windowSeconds ?? 0
      $0.local = isLocal
      $0.strict = isStrict
    }
  }
}

extension SeriesRow {
  /// A row out of a report.
  init(name: String, _ summary: MetricSummary) {
    self.init(
      name: name, count: summary.count, sum: summary.sum, avg: summary.avg, min: summary.min,
      max: summary.max, positiveInfinities: summary.positiveInfinities,
      negativeInfinities: summary.negativeInfinities, variance: summary.variance,
      stddev: summary.stddev, rate: summary.rate, sumRate: summary.sumRate,
      quantiles: summary.quantiles, quantileError: summary.quantileError,
      kind: Self.kind(summary.kind))
    // The latest value is not known without its time, which is never 0 then.
    if summary.lastSeen != 0 { (last, lastSeen) = (summary.last, summary.lastSeen) }
    if summary.firstSeen != 0 { firstSeen = summary.firstSeen }
  }

  private static func kind(_ kind: MetricKind) -> String? {
    switch kind {
    case .gauge: "gauge"
    case .counter: "counter"
    case .histogram: "histogram"
    default: nil
    }
  }
}
