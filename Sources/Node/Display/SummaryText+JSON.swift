// SPDX-License-Identifier: Apache-2.0
import Proto

extension SummaryText {
  /// An object with `metrics` (name to statistics), `series` when there are any with labels (each
  /// with `metric`, `labels` and statistics), what the report covers, and of a report that is not
  /// one node's alone `complete` and `nodes`. What is not known is not there; infinities are there
  /// when they are not zero. Members are in the order of the rows.
  static func json(_ summary: Summary) -> String {
    var writer = JSONWriter()
    writer.object { report in
      report.member("as_of", summary.asOf)
      report.member("window_seconds", summary.windowSeconds)
      report.member("resolution_seconds", summary.resolutionSeconds)
      span(summary, &report)
      if let coverage = summary.coverage {
        report.member("complete", coverage.complete)
        report.member("epoch", coverage.epoch)
        report.member("nodes", objects: coverage.nodes, node)
      }
      report.member("metrics") { metrics in
        for row in summary.rows where row.metric == nil {
          metrics.member(row.name) { statistics(row, summary, &$0) }
        }
      }
      let series = summary.rows.filter { $0.metric != nil }
      if !series.isEmpty {
        report.member("series", objects: series) { row, object in
          object.member("metric", row.metric ?? "")
          object.member("labels") { labels in
            for label in row.labels { labels.member(label.name, label.value) }
          }
          statistics(row, summary, &object)
        }
      }
    }
    return writer.text + "\n"
  }

  private static func span(_ summary: Summary, _ report: inout JSONWriter) {
    guard summary.to != 0 else { return }
    report.member("from", summary.from)
    report.member("to", summary.to)
    guard summary.quantilesTo != 0 else { return }
    report.member("quantiles_from", summary.quantilesFrom)
    report.member("quantiles_to", summary.quantilesTo)
  }

  private static func node(_ node: SummaryCoverage.Node, _ object: inout JSONWriter) {
    object.member("node_id", node.id)
    object.member("incarnation", node.incarnation)
    object.member("answered", node.answered)
    object.member("error", node.error)
    object.member("latency_microseconds", node.latencyMicroseconds)
    object.member("staleness_milliseconds", node.stalenessMilliseconds)
    object.member("points_hinted", node.pointsHinted)
    object.member("handed_over", node.handedOver)
  }

  private static func statistics(
    _ row: SeriesRow, _ summary: Summary, _ object: inout JSONWriter
  ) {
    object.member("count", row.count)
    if summary.has(.sum) { object.member("sum", row.sum) }
    if summary.has(.avg) { object.member("avg", row.avg) }
    if summary.has(.min) { object.member("min", row.min) }
    if summary.has(.max) { object.member("max", row.max) }
    if row.positiveInfinities != 0 { object.member("positive_infinities", row.positiveInfinities) }
    if row.negativeInfinities != 0 { object.member("negative_infinities", row.negativeInfinities) }
    if summary.has(.variance) { object.member("variance", row.variance) }
    if summary.has(.stddev) { object.member("stddev", row.stddev) }
    if summary.has(.rate) { object.member("rate", row.rate) }
    if summary.has(.sumRate) { object.member("sum_rate", row.sumRate) }
    if let last = row.last { object.member("last", last) }
    if let time = row.lastSeen { object.member("last_seen", time) }
    if let time = row.firstSeen { object.member("first_seen", time) }
    if !row.quantiles.isEmpty {
      object.member("quantiles") { values in
        for (quantile, value) in zip(summary.quantiles, row.quantiles) {
          values.member("\(quantile)", value)
        }
      }
      object.member("quantile_error", row.quantileError)
    }
    if let kind = row.kind { object.member("kind", kind) }
  }
}
