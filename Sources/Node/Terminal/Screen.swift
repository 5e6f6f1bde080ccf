// SPDX-License-Identifier: Apache-2.0

/// The whole terminal as one picture: the alternate screen, without a cursor. Does nothing when
/// the output is no terminal.
struct Screen: Sendable {
  private let output: Output
  /// There is a terminal to paint on.
  let isTerminal: Bool

  /// Looks whether the output is a terminal.
  init(_ output: Output) {
    self.output = output
    isTerminal = output.isTerminal
  }

  /// Columns and rows now.
  var size: (columns: Int, rows: Int) { output.size }

  /// Turns to the alternate screen.
  func enter() { if isTerminal { output.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[H\u{1B}[J") } }

  /// Gives the terminal back as it was.
  func leave() { if isTerminal { output.write("\u{1B}[?25h\u{1B}[?1049l") } }

  /// Paints the lines over what was there, without flicker: each line is cleared behind its text.
  func paint(_ lines: [String]) {
    guard isTerminal else { return }
    let rows = lines.prefix(size.rows).map { $0 + "\u{1B}[K" }
    output.write("\u{1B}[H" + rows.joined(separator: "\r\n") + "\u{1B}[J")
  }
}
