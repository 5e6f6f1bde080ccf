// SPDX-License-Identifier: Apache-2.0

/// The form of a printed summary.
enum SummaryFormat: String, Sendable, CaseIterable {
  case table
  case json
  case csv
}

/// A summary as text.
enum SummaryText {
  /// The text, which ends in a line feed.
  static func write(_ summary: Summary, as format: SummaryFormat) -> String {
    switch format {
    case .table: table(summary)
    case .json: json(summary)
    case .csv: csv(summary)
    }
  }

  /// An aligned table, a line that says what it covers, and one that says what is missing.
  private static func table(_ summary: Summary) -> String {
    let hasInfinities = summary.rows.contains { infinities($0) > 0 }
    let titles = ["NAME", "COUNT", "SUM", "AVG", "MIN", "MAX"] + (hasInfinities ? ["INF"] : [])
    var table = Table(titles: titles)
    for row in summary.rows {
      table.append(cells(row) + (hasInfinities ? [String(infinities(row))] : []))
    }
    let notes = [footer(summary), summary.coverage?.note].compactMap(\.self)
    return (table.lines() + [""] + notes).joined(separator: "\n") + "\n"
  }

  /// Name, count, sum, average, least and greatest value, for people.
  static func cells(_ row: SeriesRow) -> [String] {
    let values = [row.sum, row.avg, row.min, row.max]
    let isEmpty = row.count == 0
    return [row.name, NumberText.human(count: row.count)]
      + values.map { isEmpty ? "-" : NumberText.human($0) }
  }

  /// How many series, over which span, as of when.
  static func footer(_ summary: Summary) -> String {
    let count = summary.rows.count
    let span = DurationText.show(.seconds(summary.windowSeconds))
    let time = WallTime(seconds: summary.asOf)
    return "\(count) series over \(span) as of \(time.timeOfDayText) UTC"
  }

  /// An object with `metrics` (name to statistics), `as_of`, `window_seconds`, and of a report that
  /// is not one node's alone `complete` and `nodes`. Infinities are there when they are not zero.
  /// Members are in the order of the rows.
  private static func json(_ summary: Summary) -> String {
    var writer = JSONWriter()
    writer.object { report in
      report.member("as_of", summary.asOf)
      report.member("window_seconds", summary.windowSeconds)
      report.member("resolution_seconds", summary.resolutionSeconds)
      if let coverage = summary.coverage {
        report.member("complete", coverage.complete)
        report.member("epoch", coverage.epoch)
        report.member("nodes", objects: coverage.nodes, node)
      }
      report.member("metrics") { metrics in
        for row in summary.rows { metrics.member(row.name) { statistics(row, &$0) } }
      }
    }
    return writer.text + "\n"
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

  private static func statistics(_ row: SeriesRow, _ object: inout JSONWriter) {
    object.member("count", row.count)
    object.member("sum", row.sum)
    object.member("avg", row.avg)
    object.member("min", row.min)
    object.member("max", row.max)
    if row.positiveInfinities != 0 { object.member("positive_infinities", row.positiveInfinities) }
    if row.negativeInfinities != 0 { object.member("negative_infinities", row.negativeInfinities) }
  }

  /// RFC 4180, with a header line; every number in full precision.
  private static func csv(_ summary: Summary) -> String {
    var text = "name,count,sum,avg,min,max,positive_infinities,negative_infinities\n"
    for row in summary.rows {
      text += "\(quoted(row.name)),\(row.count),\(row.sum),\(row.avg),\(row.min),\(row.max)"
      text += ",\(row.positiveInfinities),\(row.negativeInfinities)\n"
    }
    return text
  }

  private static func quoted(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) })
    else { return text }
    // By scalars: a quote with a combining mark is another character, but still a quote to readers.
    return "\"" + text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }

  private static func infinities(_ row: SeriesRow) -> Int64 {
    row.positiveInfinities.addingReportingOverflow(row.negativeInfinities).0
  }
}
