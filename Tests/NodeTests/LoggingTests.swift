// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import Node

@Suite("Logging")
struct LoggingTests {
  /// Keeps the lines that a log writes.
  private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func append(_ line: String) { lines.withLock { $0.append(line) } }
  }

  private static let time = WallTime(nanoseconds: 1_769_903_999_123_000_000)

  private func write(_ format: LogFormat, _ level: LogLevel = .debug, _ body: (Log) -> Void)
    -> [String]
  {
    let lines = Lines()
    body(Log(level: level, format: format, clock: { Self.time }, sink: { lines.append($0) }))
    return lines.all
  }

  @Test("a text line holds time, level, message and fields")
  func text() {
    let lines = write(.text) {
      $0.info("ready", ["grpc": "127.0.0.1:1", "shards": 2, "share": 0.5, "ok": true, "empty": ""])
    }
    #expect(
      lines == [
        "2026-01-31T23:59:59.123Z INFO    ready grpc=127.0.0.1:1 shards=2 share=0.5 "
          + "ok=true empty=\"\"\n"
      ])
  }

  @Test("a JSON line is one object on one line")
  func json() {
    let lines = write(.json) {
      $0.error("no \"way\"\n", ["path": "a\\b\u{1}", "n": 3, "x": .double(.infinity)])
    }
    #expect(
      lines == [
        #"{"time":"2026-01-31T23:59:59.123Z","level":"error","message":"no \"way\"\n","#
          + #""path":"a\\b\u0001","n":3,"x":null}"#
          + "\n"
      ])
  }

  @Test(
    "whatever a text field holds, it is one line and can be told from the next field",
    arguments: [
      ("a b", #""a b""#), ("a\nb", #""a\nb""#), ("a=b", #""a=b""#), ("say \"x\"", #""say \"x\"""#),
      ("\u{1B}[31m", #""\u{1b}[31m""#), ("back\\slash", #""back\\slash""#), ("plain", "plain"),
    ])
  func escaping(value: String, shown: String) {
    let lines = write(.text) { $0.info("m", ["k": .string(value)]) }
    #expect(lines == ["2026-01-31T23:59:59.123Z INFO    m k=\(shown)\n"])
  }

  @Test("what lies below the level is not even made")
  func levels() {
    let lines = write(.text, .warning) { log in
      log.debug(Self.trap())
      log.info(Self.trap())
      log.warning("w")
      log.error("e")
    }
    #expect(lines.count == 2)
  }

  private static func trap() -> String {
    Issue.record("a message below the level was made")
    return ""
  }

  @Test("lines of many threads come whole")
  func threads() async {
    let lines = Lines()
    let log = Log(level: .debug, format: .json, sink: { lines.append($0) })
    await withTaskGroup { tasks in
      for task in 0..<8 {
        tasks.addTask {
          for n in 0..<100 { log.info("m", ["task": .count(task), "n": .count(n)]) }
        }
      }
    }
    #expect(lines.all.count == 800)
    #expect(lines.all.allSatisfy { $0.hasPrefix("{\"time\":") && $0.hasSuffix("}\n") })
  }

  @Test(
    "times are RFC 3339 in UTC",
    arguments: [
      (Int64(0), "1970-01-01T00:00:00.000Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
      (-1, "1969-12-31T23:59:59.000Z"), (4_102_444_799, "2099-12-31T23:59:59.000Z"),
      (1_709_251_199, "2024-02-29T23:59:59.000Z"),
    ])
  func times(seconds: Int64, text: String) {
    #expect(WallTime(nanoseconds: seconds * 1_000_000_000).text == text)
  }
}
