// SPDX-License-Identifier: Apache-2.0

/// Durations as people write them: a number with a unit (`500ms`, `10s`, `1.5h`), several in a row
/// (`1h30m`), or a plain number of seconds.
enum DurationText {
  /// Units from long to short, in nanoseconds.
  private static let units: [(name: String, nanoseconds: Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
    ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
  ]

  /// Reads a text; nil when it is no duration, is negative, or exceeds 292 years.
  static func parse(_ text: String) -> Duration? {
    var rest = Substring(text)
    var total: Int64 = 0
    var isFirst = true
    while !rest.isEmpty {
      guard let number = DecimalParts(consuming: &rest) else { return nil }
      let unit = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(unit.count)
      let scale: Int64
      if unit.isEmpty {
        guard isFirst, rest.isEmpty else { return nil }
        scale = 1_000_000_000
      } else {
        guard let known = units.first(where: { $0.name == unit }) else { return nil }
        scale = known.nanoseconds
      }
      guard let part = number.scaled(by: scale) else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !overflow else { return nil }
      total = sum
      isFirst = false
    }
    return isFirst ? nil : .nanoseconds(total)
  }

  /// The shortest text in units that ``parse(_:)`` reads as that duration, or as the longest there
  /// is where this one is longer.
  static func show(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let nanoseconds = Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000)
    var rest = Int64(clamping: nanoseconds)
    guard rest != 0 else { return "0s" }
    var text = ""
    for unit in units where unit.name != "d" && rest >= unit.nanoseconds {
      text += "\(rest / unit.nanoseconds)\(unit.name)"
      rest %= unit.nanoseconds
    }
    return text
  }
}

/// An unsigned decimal, digits before and after the point kept apart so that scaling is exact.
private struct DecimalParts {
  var whole: Int64
  var fraction: Substring

  /// Takes a number off the front; nil when there is none.
  init?(consuming text: inout Substring) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty, let whole = Int64(digits) else { return nil }
    text = text.dropFirst(digits.count)
    self.whole = whole
    fraction = ""
    if text.first == "." {
      fraction = text.dropFirst().prefix { $0.isASCII && $0.isNumber }
      guard !fraction.isEmpty else { return nil }
      text = text.dropFirst(1 + fraction.count)
    }
  }

  /// The number times `scale`; nil when it overflows or does not come out whole.
  func scaled(by scale: Int64) -> Int64? {
    let (product, overflow) = whole.multipliedReportingOverflow(by: scale)
    guard !overflow else { return nil }
    var total = product
    var unit = scale
    for digit in fraction {
      let value = Int64(digit.wholeNumberValue ?? 0)
      guard value != 0 else {
        unit /= 10
        continue
      }
      guard unit >= 10, unit % 10 == 0 else { return nil }
      unit /= 10
      let (sum, overflow) = total.addingReportingOverflow(value * unit)
      guard !overflow else { return nil }
      total = sum
    }
    return total
  }
}
