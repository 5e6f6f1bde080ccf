// SPDX-License-Identifier: Apache-2.0

/// What `watch` remembers between repaints, and the screen that it paints. Pure: reports go in,
/// lines come out.
struct WatchModel {
  /// Columns of a sparkline.
  static let historyMax = 24
  /// Series beyond this get no sparkline, so that memory stays bounded.
  static let historiesMax = 20_000

  private let sort: SortKey
  private var summary: Summary?
  private var histories: [String: Sparkline] = [:]
  private var rates: [String: Double] = [:]
  private var trouble: String?

  /// Starts with nothing known.
  init(sort: SortKey) { self.sort = sort }

  /// Takes an answer over the whole window, and one over the last slice alone.
  mutating func answered(_ summary: Summary, recent: Summary) {
    trouble = nil
    self.summary = summary
    let seconds = Self.secondsCovered(recent)
    let averages = Dictionary(recent.rows.map { ($0.name, $0) }) { first, _ in first }
    var kept: [String: Sparkline] = [:]
    rates = [:]
    for row in summary.rows.prefix(Self.historiesMax) {
      let recentRow = averages[row.name].flatMap { $0.count > 0 ? $0 : nil }
      var history = histories[row.name] ?? Sparkline(capacity: Self.historyMax)
      history.append(recentRow?.avg)
      kept[row.name] = history
      rates[row.name] = Double(recentRow?.count ?? 0) / seconds
    }
    histories = kept
  }

  /// The node did not answer; what was known stays on the screen.
  mutating func failed(_ reason: String) { trouble = reason }

  /// A span of one resolution covers the slice of now and what is left of it before: whole slices
  /// whose last second lies inside the span.
  static func secondsCovered(_ recent: Summary) -> Double {
    // What a node says may be any number.
    let bounds = -(1 << 60)...(1 << 60) as ClosedRange<Int64>
    let asOf = min(max(recent.asOf, bounds.lowerBound), bounds.upperBound)
    let window = min(max(recent.windowSeconds, 0), bounds.upperBound)
    let step = min(max(recent.resolutionSeconds, 1), bounds.upperBound)
    let earliest = asOf - window - step + 2
    let rest = earliest % step
    let first = rest == 0 ? earliest : earliest + step - (rest < 0 ? rest + step : rest)
    return Double(max(1, asOf - first + 1))
  }

  /// The screen: a heading, as many series as fit, and a line about the rest.
  func screen(target: String, columns: Int, rows: Int, limit: Int?) -> [String] {
    let state = trouble.map { "  ! \(Printable.line($0))" } ?? (summary == nil ? "  asking..." : "")
    var lines = ["tributary \(target)" + state, ""]
    guard let summary else { return lines.map { TextWidth.truncated($0, to: columns) } }
    let sorted = summary.rows.sorted(by: sort)
    let note = summary.coverage?.note
    let shown = sorted.prefix(min(limit ?? .max, max(1, rows - 5 - (note == nil ? 0 : 1))))
    var table = Table(titles: ["NAME", "COUNT", "AVG", "MIN", "MAX", "RATE/S", "RECENT AVERAGES"])
    for row in shown {
      let cells = SummaryText.cells(row)
      let history = histories[row.name]?.text ?? ""
      let padding = String(repeating: " ", count: max(0, Self.historyMax - history.count))
      let rate = rates[row.name].map(NumberText.rate) ?? "-"
      table.append([cells[0], cells[1], cells[3], cells[4], cells[5], rate, padding + history])
    }
    lines += table.lines(width: columns)
    let hidden = sorted.count - shown.count
    lines += ["", SummaryText.footer(summary) + (hidden > 0 ? ", \(hidden) not shown" : "")]
    if let note { lines.append(note) }
    return lines.map { TextWidth.truncated($0, to: columns) }
  }
}
