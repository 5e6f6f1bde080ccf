// SPDX-License-Identifier: Apache-2.0

/// One line that tells how far a piece of work has come. Pure: counts in, text out.
enum ProgressBar {
  /// A bar for a known total: `[####......]  40 %  4M of 10M points  9.1M/s`.
  static func bar(done: Int, total: Int, unit: String, seconds: Double, columns: Int) -> String {
    let share = total > 0 ? min(1, Double(done) / Double(total)) : 1
    let percent = String(Int(share * 100))
    let text =
      " \(String(repeating: " ", count: 3 - percent.count))\(percent) %  "
      + "\(NumberText.human(count: Int64(done))) of \(NumberText.human(count: Int64(total))) "
      + "\(unit)  \(rate(done, seconds))"
    let width = max(0, min(40, columns - text.count - 3))
    let filled = Int(share * Double(width))
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
    return TextWidth.truncated("[\(bar)]" + text, to: columns - 1)
  }

  /// A line for an unknown total: `4M points  9.1M/s`.
  static func count(done: Int, unit: String, seconds: Double, columns: Int) -> String {
    let text = "\(NumberText.human(count: Int64(done))) \(unit)  \(rate(done, seconds))"
    return TextWidth.truncated(text, to: columns - 1)
  }

  private static func rate(_ done: Int, _ seconds: Double) -> String {
    seconds > 0 ? NumberText.human(Double(done) / seconds) + "/s" : ""
  }
}
