// SPDX-License-Identifier: Apache-2.0

/// Collects lines of Swift, indented by two spaces a level.
struct Printer {
  private(set) var text = ""
  private var level = 0

  /// One line; without text, an empty one.
  mutating func line(_ line: String = "") {
    if !line.isEmpty { text += String(repeating: "  ", count: level) + line }
    text += "\n"
  }

  /// `opening {`, what `body` prints one level deeper, `}`.
  mutating func block<Failure: Error>(
    _ opening: String, _ body: (inout Printer) throws(Failure) -> Void
  ) throws(Failure) {
    line(opening + " {")
    level += 1
    try body(&self)
    level -= 1
    line("}")
  }

  /// A documentation comment.
  mutating func documentation(_ lines: [String]) {
    for text in lines { line(text.isEmpty ? "///" : "/// " + text) }
  }
}
