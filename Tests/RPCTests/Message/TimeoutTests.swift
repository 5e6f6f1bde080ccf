// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing

@testable import RPC

@Suite("grpc-timeout")
struct TimeoutTests {
  @Test(
    "is read in six units",
    arguments: [
      ("1n", .nanoseconds(1)), ("20u", .microseconds(20)), ("300m", .milliseconds(300)),
      ("4S", .seconds(4)), ("5M", .seconds(300)), ("6H", .seconds(21_600)), ("0S", .zero),
      ("99999999H", .seconds(99_999_999 * 3_600)), ("00000001S", .seconds(1)),
    ] as [(String, Duration)])
  func parses(value: String, timeout: Duration) throws {
    #expect(try Timeout.parse(Array(value.utf8)) == timeout)
  }

  @Test(
    "is refused when malformed",
    arguments: [
      ("", .digitsMissing), ("S", .digitsMissing), ("123456789S", .digitsTooMany),
      ("1 S", .digitInvalid), ("-1S", .digitInvalid), ("1.5S", .digitInvalid),
      ("10", .unitUnknown), ("1s", .unitUnknown), ("1h", .unitUnknown),
    ] as [(String, Timeout.ParseError)])
  func refuses(value: String, error: Timeout.ParseError) {
    #expect(throws: error) { try Timeout.parse(Array(value.utf8)) }
  }

  @Test(
    "is written in the finest unit that fits, rounded up",
    arguments: [
      (.nanoseconds(1), "1n"), (.nanoseconds(99_999_999), "99999999n"),
      (.nanoseconds(100_000_000), "100000u"), (.nanoseconds(100_000_001), "100001u"),
      (.seconds(100), "100000m"), (.seconds(100_000), "100000S"),
      (.seconds(99_999_999), "99999999S"), (.seconds(100_000_000), "1666667M"),
      (.seconds(99_999_999 * 60 + 1), "1666667H"), (.seconds(Int64.max), "99999999H"),
      (.zero, "1n"), (.seconds(-1), "1n"),
      (Duration(secondsComponent: 0, attosecondsComponent: 1), "1n"),
    ] as [(Duration, String)])
  func formats(timeout: Duration, value: String) {
    #expect(Timeout.format(timeout) == value)
  }

  @Test("never comes back shorter than it was, and hardly longer", arguments: 0..<200)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let nanoseconds = Int64.random(
      in: 1...(1 << Int64.random(in: 1...62, using: &random)), using: &random)
    let timeout = Duration.nanoseconds(nanoseconds)
    let back = try Timeout.parse(Array(Timeout.format(timeout).utf8))
    #expect(back >= timeout)
    #expect(back / timeout < 1.001)
  }
}
