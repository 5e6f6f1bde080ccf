// SPDX-License-Identifier: Apache-2.0
import Proto

extension SummaryText {
  /// RFC 4180, with a header line; every number in full precision. What is not known is empty.
  static func csv(_ summary: Summary) -> String {
    var titles = [
      "name", "count", "sum", "avg", "min", "max", "positive_infinities", "negative_infinities",
      "variance", "stddev", "rate", "sum_rate", "last", "last_seen", "first_seen", "kind",
    ]
    titles += summary.quantiles.map { "p" + percent($0) } + ["quantile_error"]
    return ([titles] + summary.rows.map { fields($0, summary) })
      .map { $0.joined(separator: ",") + "\n" }.joined()
  }

  private static func fields(_ row: SeriesRow, _ summary: Summary) -> [String] {
    let quantiles = summary.quantiles.count
    let own = row.quantiles.prefix(quantiles).map { "\($0)" }
    return [
      quoted(row.name), "\(row.count)", text(summary.has(.sum) ? row.sum : nil),
      text(summary.has(.avg) ? row.avg : nil), text(summary.has(.min) ? row.min : nil),
      text(summary.has(.max) ? row.max : nil), "\(row.positiveInfinities)",
      "\(row.negativeInfinities)", text(summary.has(.variance) ? row.variance : nil),
      text(summary.has(.stddev) ? row.stddev : nil), text(summary.has(.rate) ? row.rate : nil),
      text(summary.has(.sumRate) ? row.sumRate : nil), text(row.last), text(row.lastSeen),
      text(row.firstSeen),
      row.kind ?? "",
    ] + own + repeatElement("", count: quantiles - own.count)
      + [own.isEmpty ? "" : "\(row.quantileError)"]
  }

  private static func text(_ value: (some CustomStringConvertible)?) -> String {
    value.map { "\($0)" } ?? ""
  }
}
