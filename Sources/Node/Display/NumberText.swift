// SPDX-License-Identifier: Apache-2.0

/// Numbers for people: few digits, the same for every locale.
enum NumberText {
  /// At most five significant digits, or as many as are asked for where that makes fewer behind the
  /// point: `0`, `0.00012`, `1234.5`, `98.765k`, `1.5G`, `2e+21`.
  static func human(_ value: Double, digits: Int = 5) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let size = value.magnitude
    if size == 0 { return "0" }
    if size < 0.0001 { return scientific(value) }
    if size < 9999.95 { return significant(value, digits) }
    guard size < 0.999_995e21,
      let (suffix, unit) = units.first(where: { size >= 0.999_995 * $0.1 })
    else { return scientific(value) }
    return significant(value / unit, digits) + suffix
  }

  /// A count: exact below a million, else as ``human(_:)``.
  static func human(count: Int64) -> String {
    count.magnitude < 1_000_000 ? String(count) : human(Double(count))
  }

  /// A rate: two digits after the point below a thousand, else as ``human(_:)``.
  static func rate(_ value: Double) -> String {
    value.magnitude < 1000 ? trimmed(fixed(value, 2)) : human(value)
  }

  /// A value with so many digits after the point, rounded half away from zero.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return human(value) }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let whole = String(Int64(scaled))
    let padded = String(repeating: "0", count: max(0, digits + 1 - whole.count)) + whole
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return digits == 0
      ? sign + padded : "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
  }

  /// Seconds as `12.3 us`, `1.234 ms`, `2.5 s`.
  static func latency(_ seconds: Double) -> String {
    if seconds < 0.001 { return fixed(seconds * 1e6, 1) + " us" }
    return seconds < 1 ? fixed(seconds * 1e3, 3) + " ms" : fixed(seconds, 3) + " s"
  }

  private static let units: [(String, Double)] = [
    ("E", 1e18), ("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3),
  ]

  /// So many significant digits, trailing zeros taken away.
  private static func significant(_ value: Double, _ significant: Int) -> String {
    var digits = significant - 1
    var bound = 10.0
    while digits > 0, value.magnitude >= bound {
      digits -= 1
      bound *= 10
    }
    if value.magnitude < 1 { digits = significant + (value.magnitude < 0.01 ? 1 : 0) }
    return trimmed(fixed(value, digits))
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text[...]
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return String(text)
  }

  private static func scientific(_ value: Double) -> String {
    let text = "\(value)"
    guard let mark = text.firstIndex(of: "e") else { return text }
    return String(text[..<mark].prefix(value < 0 ? 7 : 6) + text[mark...])
  }
}
