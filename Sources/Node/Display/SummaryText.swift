// SPDX-License-Identifier: Apache-2.0
import Proto

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
    let columns = columns(summary)
    var table = Table(titles: ["NAME"] + columns.map(\.title))
    for row in summary.rows { table.append([row.name] + columns.map { $0.cell(row) }) }
    let notes = [footer(summary), summary.coverage?.note].compactMap(\.self)
    return (table.lines() + [""] + notes).joined(separator: "\n") + "\n"
  }

  private struct Column {
    let title: String
    let cell: (SeriesRow) -> String

    init(_ title: String, _ cell: @escaping (SeriesRow) -> String) {
      (self.title, self.cell) = (title, cell)
    }

    /// A number that rows without finite values do not have.
    init(_ title: String, value: @escaping (SeriesRow) -> Double?) {
      self.init(title) { $0.count == 0 ? "-" : value($0).map(NumberText.human) ?? "-" }
    }
  }

  /// Of the statistics that were asked for those for which there is room.
  private static func columns(_ summary: Summary) -> [Column] {
    var columns: [Column] = []
    func add(_ statistic: Statistic, _ column: Column) {
      if summary.has(statistic) { columns.append(column) }
    }
    let isChosen = !summary.statistics.isEmpty
    add(.count, Column("COUNT") { NumberText.human(count: $0.count) })
    add(.rate, Column("RATE", value: \.rate))
    if isChosen {
      add(.sum, Column("SUM", value: \.sum))
      add(.sumRate, Column("SUM/S", value: \.sumRate))
    }
    add(.avg, Column("AVG", value: \.avg))
    if isChosen {
      add(.variance, Column("VARIANCE", value: \.variance))
      add(.stddev, Column("STDDEV", value: \.stddev))
    }
    if summary.rows.contains(where: { !$0.quantiles.isEmpty }) {
      for (index, quantile) in summary.quantiles.enumerated() {
        columns.append(
          Column(
            "P" + percent(quantile),
            value: { row in
              row.quantiles.indices.contains(index) ? row.quantiles[index] : nil
            }))
      }
    }
    add(.min, Column("MIN", value: \.min))
    add(.max, Column("MAX", value: \.max))
    add(.last, Column("LAST") { $0.last.map(NumberText.human) ?? "-" })
    if isChosen {
      add(.firstSeen, Column("FIRST") { time($0.firstSeen) })
      add(.lastSeen, Column("SEEN") { time($0.lastSeen) })
    }
    if summary.rows.contains(where: { infinities($0) > 0 }) {
      columns.append(Column("INF") { String(infinities($0)) })
    }
    return columns
  }

  private static func time(_ seconds: Int64?) -> String {
    seconds.map { WallTime(seconds: $0).timeOfDayText } ?? "-"
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
