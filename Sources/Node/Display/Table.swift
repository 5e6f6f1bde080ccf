// SPDX-License-Identifier: Apache-2.0

/// Text in aligned columns. The first column is aligned left, the others right; widths are those
/// of a terminal, and control characters are shown as escapes.
struct Table {
  /// The titles of the columns.
  let titles: [String]
  /// The cells, as many a row as there are titles.
  private(set) var rows: [[String]] = []

  /// Makes an empty table.
  init(titles: [String]) { self.titles = titles }

  /// Adds a row.
  mutating func append(_ cells: [String]) {
    precondition(cells.count == titles.count, "a row has as many cells as there are titles")
    rows.append(cells.map(Printable.line))
  }

  /// The lines, titles first, without trailing blanks. The first column is shortened so that lines
  /// fit `width`, but never below its title.
  func lines(width: Int = .max) -> [String] {
    var widths = titles.map(TextWidth.columns)
    for row in rows {
      for (index, cell) in row.enumerated() {
        widths[index] = max(widths[index], TextWidth.columns(cell))
      }
    }
    let others = widths.dropFirst().reduce(0) { $0 + $1 + 2 }
    if width < .max {
      widths[0] = max(TextWidth.columns(titles[0]), min(widths[0], width - others))
    }
    return ([titles] + rows).map { line($0, widths) }
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let first = TextWidth.truncated(cells[0], to: widths[0])
    var line = first + blanks(widths[0] - TextWidth.columns(first))
    for (cell, width) in zip(cells, widths).dropFirst() {
      line += "  " + blanks(width - TextWidth.columns(cell)) + cell
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  private func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
