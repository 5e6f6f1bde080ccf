// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Node

@Suite("Values as text")
struct ValueKindTests {
  @Test(
    "durations are read with units, several units, or as plain seconds",
    arguments: [
      ("10s", Duration.seconds(10)), ("10", .seconds(10)), ("500ms", .milliseconds(500)),
      ("1h", .seconds(3600)), ("1h30m", .seconds(5400)), ("1.5s", .milliseconds(1500)),
      ("0.25", .milliseconds(250)), ("2d", .seconds(172_800)), ("0", .zero),
      ("1us", .microseconds(1)), ("1.000000001s", .nanoseconds(1_000_000_001)),
    ])
  func durations(text: String, duration: Duration) {
    #expect(DurationText.parse(text) == duration)
    #expect(DurationText.parse(DurationText.show(duration)) == duration)
  }

  @Test("a duration of ages is shown as the longest that is read")
  func ages() {
    #expect(DurationText.show(.seconds(Int64.max)) == DurationText.show(.nanoseconds(Int64.max)))
    #expect(DurationText.parse(DurationText.show(.seconds(Int64.max))) == .nanoseconds(Int64.max))
  }

  @Test(
    "what is no duration is refused",
    arguments: [
      "", "s", "-1s", "1 s", "1x", "1.s", ".5s", "1s5", "9999999999h", "1.0000000001s", "1e3",
      "0.00000000001s", "٣s", "99999999999999999999", "1h-30m",
    ])
  func noDurations(text: String) {
    #expect(DurationText.parse(text) == nil)
  }

  @Test(
    "hosts and ports are told apart",
    arguments: [
      ("127.0.0.1:50051", "127.0.0.1", 50051), ("[::1]:0", "::1", 0),
      ("localhost:1", "localhost", 1),
      ("0.0.0.0:65535", "0.0.0.0", 65535), ("[fe80::1%eth0]:80", "fe80::1%eth0", 80),
    ])
  func hostPorts(text: String, host: String, port: Int) {
    #expect(HostPort(text) == HostPort(host: host, port: port))
    #expect(HostPort(text)?.description == text)
  }

  @Test(
    "what is no host and port is refused",
    arguments: [
      "", "localhost", ":80", "a:", "a:65536", "a:-1", "a:+1", "::1:80", "[::1]", "[a]:1", "[:1",
      "a b:1", "a:1x", "a:000001", "a/b:1", "[::1]]:1",
      "a*2:1", "[::1*2]:1", "a,b:1", "a#b:1", "a\u{0}:1",
    ])
  func noHostPorts(text: String) {
    #expect(HostPort(text) == nil)
  }

  @Test(
    "byte counts take binary units",
    arguments: [
      ("65536", 65536), ("64KiB", 65536), ("4MiB", 4 << 20), ("1GiB", 1 << 30), ("3B", 3),
    ])
  func bytes(text: String, count: Int) {
    #expect(ByteText.parse(text) == count)
    #expect(ByteText.parse(ByteText.show(count)) == count)
  }

  @Test(
    "what is no byte count is refused",
    arguments: ["", "KiB", "1KB", "-1", "99999999999GiB", "1.5MiB"])
  func noBytes(text: String) {
    #expect(ByteText.parse(text) == nil)
  }
}
