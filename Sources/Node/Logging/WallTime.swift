// SPDX-License-Identifier: Apache-2.0
// Its headers name timespec, too, and it is not certain to which module the compiler counts that.
import CCares
import Glibc

/// A reading of the wall clock: nanoseconds since the Unix epoch, UTC.
struct WallTime: Sendable, Hashable {
  /// Since 1970-01-01T00:00:00Z, without leap seconds.
  var nanoseconds: Int64

  /// The clock now. Times that 64 bits of nanoseconds do not hold (before 1677, after 2262) read as
  /// the nearest that they do.
  static var now: WallTime {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
  }

  /// The time so many nanoseconds after a whole second, or the nearest that can be held.
  init(seconds: Int64, nanoseconds: Int64 = 0) {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carried) = product.addingReportingOverflow(nanoseconds)
    self.nanoseconds = overflow || carried ? (seconds < 0 ? .min : .max) : sum
  }

  /// A time so long since the epoch.
  init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Whole seconds since the epoch, rounded down.
  var seconds: Int64 { Self.floorDivide(nanoseconds, 1_000_000_000) }

  /// RFC 3339 with milliseconds, as in `2026-01-31T23:59:59.123Z`.
  var text: String {
    let (days, second) = (Self.floorDivide(seconds, 86_400), Self.modulo(seconds, 86_400))
    let (year, month, day) = Self.civil(days)
    let milliseconds = Self.modulo(nanoseconds, 1_000_000_000) / 1_000_000
    let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
    return "\(date)T\(Self.timeOfDay(second)).\(Self.padded(milliseconds, 3))Z"
  }

  /// The time of day, as in `23:59:59`.
  var timeOfDayText: String { Self.timeOfDay(Self.modulo(seconds, 86_400)) }

  private static func timeOfDay(_ second: Int64) -> String {
    "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
  }

  /// Days since the epoch as a date of the Gregorian calendar.
  /// Source: <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
  private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? quotient - 1 : quotient
  }

  private static func modulo(_ value: Int64, _ divisor: Int64) -> Int64 {
    let rest = value % divisor
    return rest < 0 ? rest + divisor : rest
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
