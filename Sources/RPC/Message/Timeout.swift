// SPDX-License-Identifier: Apache-2.0

/// The value of `grpc-timeout`: one to eight digits and a unit.
///
/// Source: gRPC over HTTP/2, "Timeout".
enum Timeout {
  /// Why a value is none.
  enum ParseError: Error, Hashable {
    /// No digit before the unit, or nothing at all.
    case digitsMissing
    /// More than eight digits.
    case digitsTooMany
    /// Something else where a digit should be.
    case digitInvalid
    /// The last character is none of `H M S m u n`.
    case unitUnknown

    /// INTERNAL, since runtimes leave INVALID_ARGUMENT to applications (statuscodes.md).
    var status: RPCStatus { RPCStatus(.internal, "malformed grpc-timeout: \(self)") }
  }

  private static let digitCountMax = 8
  private static let valueMax: Int128 = 99_999_999

  /// Finest first, with their length in nanoseconds.
  private static let units: [(letter: Character, nanoseconds: Int128)] = [
    ("n", 1), ("u", 1_000), ("m", 1_000_000), ("S", 1_000_000_000),
    ("M", 60_000_000_000), ("H", 3_600_000_000_000),
  ]

  /// Reads a header value. Zero is accepted: a deadline that has already passed.
  static func parse(_ value: [UInt8]) throws(ParseError) -> Duration {
    guard let letter = value.last, value.count > 1 else { throw .digitsMissing }
    guard value.count - 1 <= digitCountMax else { throw .digitsTooMany }
    var number: Int128 = 0
    for byte in value.dropLast() {
      guard case UInt8(ascii: "0")...UInt8(ascii: "9") = byte else { throw .digitInvalid }
      number = number * 10 + Int128(byte - UInt8(ascii: "0"))
    }
    let unit = units.first { $0.letter.asciiValue == letter }
    guard let unit else { throw .unitUnknown }
    return Duration(attoseconds: number * unit.nanoseconds * 1_000_000_000)
  }

  /// Writes a header value in the finest unit that fits, rounded up: a peer never gives up before
  /// us. What is not positive becomes `1n`, since zero is no positive integer; what is longer than
  /// 99 999 999 hours becomes that.
  static func format(_ timeout: Duration) -> String {
    let nanoseconds = max(1, (timeout.attoseconds + 999_999_999) / 1_000_000_000)
    for unit in units {
      let number = (nanoseconds + unit.nanoseconds - 1) / unit.nanoseconds
      if number <= valueMax { return "\(number)\(unit.letter)" }
    }
    return "\(valueMax)H"
  }
}
