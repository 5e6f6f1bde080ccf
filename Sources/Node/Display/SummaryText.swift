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
    let hasQuantiles = summary.rows.contains { !$0.quantiles.isEmpty }
    let quantiles = hasQuantiles ? summary.quantiles : []
    var table = Table(
      titles: ["NAME", "COUNT", "RATE", "AVG"] + quantiles.map { "P" + percent($0) }
        + ["MIN", "MAX", "LAST"] + (hasInfinities ? ["INF"] : []))
    for row in summary.rows {
      let own = quantiles.indices.map { $0 < row.quantiles.count ? row.quantiles[$0] : nil }
      table.append(
        [row.name, NumberText.human(count: row.count)]
          + (row.count == 0
            ? Array(repeating: "-", count: own.count + 4)
            : [cell(row.rate, 4), cell(row.avg)] + own.map { cell($0, 4) }
              + [cell(row.min), cell(row.max)])
          + [cell(row.last)] + (hasInfinities ? [String(infinities(row))] : []))
    }
    let notes = [footer(summary), summary.coverage?.note].compactMap(\.self)
    return (table.lines() + [""] + notes).joined(separator: "\n") + "\n"
  }

  /// Quantiles are not known to more than some digits.
  private static func cell(_ value: Double?, _ digits: Int = 5) -> String {
    value.map { NumberText.human($0, digits: digits) } ?? "-"
  }

  /// A quantile in percent: `50`, `99.9`.
  static func percent(_ quantile: Double) -> String {
    let text = NumberText.fixed(quantile * 100, 6)
    let digits = text.reversed().drop { $0 == "0" }
    return String((digits.first == "." ? digits.dropFirst() : digits).reversed())
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

  static func quoted(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) })
    else { return text }
    // By scalars: a quote with a combining mark is another character, but still a quote to readers.
    return "\"" + text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }

  private static func infinities(_ row: SeriesRow) -> Int64 {
    row.positiveInfinities.addingReportingOverflow(row.negativeInfinities).0
  }
}
