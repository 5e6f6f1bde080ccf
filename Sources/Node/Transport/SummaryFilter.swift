// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Router
import Shard

/// Which series a summary is about, and over which span.
struct SummaryFilter: Sendable {
  var names: [String] = []
  var prefixes: [String] = []
  var globs: [String] = []
  /// As in PromQL.
  var selectors: [String] = []
  /// Seconds; nil: the node's window.
  var windowSeconds: Int64?
  /// Only what the node itself holds.
  var isLocal = false
  /// Rather an error than an answer that is not complete.
  var isStrict = false
  /// Labels to group by; nil: no grouping.
  var labels: [String]?
  var order = RowOrder.name
  var isAscending = false
  /// Most rows.
  var limit: Int?
  var from: TimeText?
  var to: TimeText?
  var asOf: TimeText?
  /// Nil: the node's choice.
  var quantiles: [Double]?
  /// Nil: all.
  var statistics: [Statistic]?

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

  /// What chooses them without a flag.
  static let operand = Operand<SummaryFilter>(
    placeholder: "SELECTOR", text: "series as in PromQL: 'cpu{host=~\"web.*\",env!=\"dev\"}'",
    counts: 0...SeriesFilter.selectorsMax, completion: .nothing, path: \.selectors)

  /// The flags that say what is made of them.
  static let questionFlags: [Flag<SummaryFilter>] = [
    Flag(
      optional: "by", \.labels, .labels,
      "one row for series with the same values of these; __name__ is the name"),
    Flag("sort", \.order, .rowOrder, "order: names ascending, numbers descending"),
    Flag("ascending", \.isAscending, "with --sort: the least first"),
    Flag(optional: "top", \.limit, .count(1...Int(Int32.max)), "only the first rows in order"),
    Flag(optional: "limit", \.limit, .count(1...Int(Int32.max)), "the same as --top"),
    Flag(optional: "from", \.from, .time, "only points after this time"),
    Flag(optional: "to", \.to, .time, "only points up to this time"),
    Flag(optional: "as-of", \.asOf, .time, "as of this time rather than now"),
    Flag(optional: "quantiles", \.quantiles, .quantiles, "which quantiles rows have"),
    Flag(optional: "statistics", \.statistics, .statistics, "what rows have; else everything"),
  ]

  /// Reads the selectors.
  ///
  /// - Throws: ``UsageError`` that shows where the first wrong one is wrong.
  func check() throws(UsageError) {
    for text in selectors {
      do {
        var patterns: [RegularExpression] = []
        _ = try Selector(parsing: text).conditions(&patterns)
      } catch {
        let before = String(String.UnicodeScalarView(text.unicodeScalars.prefix(error.column - 1)))
        let columns = TextWidth.columns(Printable.line(before))
        throw UsageError(
          "the selector is wrong at \(error)",
          excerpt: [text, String(repeating: " ", count: columns) + "^"])
      }
    }
  }

  /// The question for the first page.
  var request: SummaryRequest { request(now: WallTime.now.seconds) }

  /// The question for the first page.
  ///
  /// - Parameter now: what times before now are counted from, Unix seconds.
  func request(now: Int64) -> SummaryRequest {
    .with {
      $0.selectors = selectors
      $0.groupBy = labels.map { labels in .with { $0.labels = labels } }
      $0.orderBy = ordering
      $0.limit = Int32(clamping: limit ?? 0)
      $0.from = from?.seconds(now: now) ?? 0
      $0.to = to?.seconds(now: now) ?? 0
      $0.asOf = asOf?.seconds(now: now) ?? 0
      $0.quantiles = quantiles ?? []
      // Without a count it is not known which of the others there are.
      $0.statistics = statistics.map { $0 + ($0.contains(.count) ? [] : [.count]) } ?? []
      $0.names = names
      $0.prefixes = prefixes
      $0.globs = globs
      $0.windowSeconds = windowSeconds ?? 0
      $0.local = isLocal
      $0.strict = isStrict
    }
  }

  /// Rows come by name unless they are told otherwise.
  private var ordering: Ordering? {
    switch order {
    case .name: nil
    case .statistic(let statistic):
      .with { ($0.statistic, $0.ascending) = (statistic, isAscending) }
    case .quantile(let quantile):
      .with {
        ($0.statistic, $0.quantile, $0.ascending) = (.quantiles, quantile, isAscending)
      }
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
