// SPDX-License-Identifier: Apache-2.0

extension SummaryText {
  /// RFC 4180, with a header line; every number in full precision. What is not known is empty.
  static func csv(_ summary: Summary) -> String {
    var titles = [
      "name", "count", "sum", "avg", "min", "max", "positive_infinities", "negative_infinities",
      "variance", "stddev", "rate", "sum_rate", "last", "last_seen", "first_seen", "kind",
    ]
    titles += summary.quantiles.map { "p" + percent($0) } + ["quantile_error"]
    return ([titles] + summary.rows.map { fields($0, summary.quantiles.count) })
      .map { $0.joined(separator: ",") + "\n" }.joined()
  }

  private static func fields(_ row: SeriesRow, _ quantiles: Int) -> [String] {
    let own = row.quantiles.prefix(quantiles).map { "\($0)" }
    return [
      quoted(row.name), "\(row.count)", "\(row.sum)", "\(row.avg)", "\(row.min)", "\(row.max)",
      "\(row.positiveInfinities)", "\(row.negativeInfinities)", "\(row.variance)", "\(row.stddev)",
      "\(row.rate)", "\(row.sumRate)", text(row.last), text(row.lastSeen), text(row.firstSeen),
      row.kind ?? "",
    ] + own + repeatElement("", count: quantiles - own.count)
      + [own.isEmpty ? "" : "\(row.quantileError)"]
  }

  private static func text(_ value: (some CustomStringConvertible)?) -> String {
    value.map { "\($0)" } ?? ""
  }
}
