// SPDX-License-Identifier: Apache-2.0

/// A time as people write it: Unix seconds (`1700000000`), RFC 3339 (`2026-01-31T12:00:00Z`,
/// `2026-01-31T13:00:00+01:00`), or before now (`-10m`).
struct TimeText: Sendable, Hashable {
  private enum Form: Hashable {
    case absolute(Int64)
    /// Seconds.
    case beforeNow(Int64)
  }

  /// As it was given.
  let text: String
  private let form: Form

  /// Reads a text; nil when it is no time. Fractions of a second are cut off.
  init?(_ text: String) {
    self.text = text
    if text.hasPrefix("-") {
      guard let duration = DurationText.parse(String(text.dropFirst())) else { return nil }
      form = .beforeNow(duration.components.seconds)
    } else if let seconds = Int64(text), seconds > 0 {
      form = .absolute(seconds)
    } else if let seconds = TimeText.seconds(Array(text.utf8)), seconds > 0 {
      form = .absolute(seconds)
    } else {
      return nil
    }
  }

  /// Unix seconds.
  func seconds(now: Int64) -> Int64 {
    switch form {
    case .absolute(let seconds): seconds
    case .beforeNow(let seconds): now - seconds
    }
  }

  /// The Unix seconds of an RFC 3339 time; nil when it is none.
  private static func seconds(_ text: [UInt8]) -> Int64? {
    guard text.count >= 20, text[4] == 0x2D, text[7] == 0x2D,
      [0x54, 0x74, 0x20].contains(text[10]),
      text[13] == 0x3A, text[16] == 0x3A,
      let year = number(text[0..<4]), let month = number(text[5..<7]),
      let day = number(text[8..<10]), let hour = number(text[11..<13]),
      let minute = number(text[14..<16]), let second = number(text[17..<19]),
      (1...12).contains(month), (1...length(year, month)).contains(day),
      hour < 24, minute < 60, second <= 60,
      let offset = offset(text[19...])
    else { return nil }
    return days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
  }

  /// What stands behind the seconds: a fraction, and `Z` or the distance from UTC.
  private static func offset(_ text: ArraySlice<UInt8>) -> Int64? {
    var rest = text
    if rest.first == 0x2E {
      let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
      if digits.isEmpty { return nil }
      rest = rest.dropFirst(1 + digits.count)
    }
    if rest.elementsEqual([0x5A]) || rest.elementsEqual([0x7A]) { return 0 }
    let zone = Array(rest)
    guard zone.count == 6, zone[0] == 0x2B || zone[0] == 0x2D, zone[3] == 0x3A,
      let hours = number(zone[1..<3]), let minutes = number(zone[4..<6]), hours < 24, minutes < 60
    else { return nil }
    return (hours * 3600 + minutes * 60) * (zone[0] == 0x2D ? -1 : 1)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    digits.reduce(0 as Int64?) { value, digit in
      guard let value, (0x30...0x39).contains(digit) else { return nil }
      return 10 * value + Int64(digit - 0x30)
    }
  }

  /// Days of a month.
  private static func length(_ year: Int64, _ month: Int64) -> Int64 {
    let next = month == 12 ? days(year + 1, 1, 1) : days(year, month + 1, 1)
    return next - days(year, month, 1)
  }

  /// Days since 1970 of a date of the Gregorian calendar.
  /// Source: <https://howardhinnant.github.io/date_algorithms.html#days_from_civil>.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
