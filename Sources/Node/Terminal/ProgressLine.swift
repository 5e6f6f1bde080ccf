// SPDX-License-Identifier: Apache-2.0

/// Repaints one line of standard error, at most ten times a second, and only on a terminal.
struct ProgressLine {
  private let isShown = Output.standardError.isTerminal
  private let start = ContinuousClock.now
  private var painted: ContinuousClock.Instant?

  /// Shows what `text` makes of the seconds since the start and the columns there are.
  mutating func update(_ text: (_ seconds: Double, _ columns: Int) -> String) {
    guard isShown else { return }
    let now = ContinuousClock.now
    if let painted, now - painted < .milliseconds(100) { return }
    painted = now
    let line = text((now - start).inSeconds, Output.standardError.size.columns)
    Output.standardError.write("\r\u{1B}[K" + line)
  }

  /// Takes the line away.
  func clear() {
    if painted != nil { Output.standardError.write("\r\u{1B}[K") }
  }
}

extension Duration {
  /// The duration as a fraction of seconds.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
