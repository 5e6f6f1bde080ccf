// SPDX-License-Identifier: Apache-2.0

/// How a series is called where people read it.
enum SeriesText {
  /// `cpu`, `cpu{host="a",core="0"}`, or `{host="a"}` and `{}` for groups without a name; values
  /// are escaped as in Prometheus' text format, so that two series never look the same.
  static func show(metric: String, labels: [(name: String, value: String)]) -> String {
    guard !labels.isEmpty else { return metric.isEmpty ? "{}" : metric }
    let pairs = labels.map { "\($0.name)=\"\(escaped($0.value))\"" }
    return "\(metric){\(pairs.joined(separator: ","))}"
  }

  private static func escaped(_ value: String) -> String {
    var text = String.UnicodeScalarView()
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\", "\"": text += ["\\", scalar]
      case "\n": text += ["\\", "n"]
      default: text.append(scalar)
      }
    }
    return String(text)
  }
}
