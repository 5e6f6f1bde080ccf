// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Synchronization
import Testing

@testable import Node

@Suite("Extremes")
struct ExtremesTests {
  /// Each flag at both ends of what it accepts.
  static let settings: [[String]] = [
    ["--window", "1s", "--resolution", "1s", "--future-grace", "0s"],
    ["--window", "7d", "--resolution", "7s", "--future-grace", "1h"],
    ["--window", "7d", "--resolution", "1h"], ["--window", "1h", "--resolution", "1h"],
    ["--series-max", "1"], ["--series-max", "1000000000"],
    ["--name-bytes-max", "1"], ["--name-bytes-max", "16384"],
    ["--shards", "1"], ["--shards", "1024"],
    ["--report-bytes-max", "65536"], ["--report-bytes-max", "2147483647"],
    ["--message-bytes-max", "1024"], ["--message-bytes-max", "2147483647"],
    ["--concurrent-streams-max", "1"], ["--concurrent-streams-max", "1000000"],
  ]

  @Test("every configuration that is accepted runs", arguments: settings)
  func configurations(arguments: [String]) async throws {
    guard case .run(let command) = try ServeCommand.parsed(arguments) else { return }
    try await TestNode.run(command.chosen, clock: { 1_700_000_000 }) { client in
      var frames = PointFrames()
      for length in [1, 8, 900] {
        frames.append(name: String(repeating: "x", count: length), value: 1, time: 0)
      }
      let ack = try await client.push(frames.bytes)
      #expect(ack.pointsReceived + ack.pointsRejected == 3)
      #expect(try await client.summary(SummaryFilter()).rows.count == Int(ack.pointsReceived))
    }
  }

  @Test(
    "what the limits do not allow, the flags do not either",
    arguments: [
      ["--name-bytes-max", "16385"], ["--shards", "1025"], ["--loops", "257"],
      ["--resolution", "3601s"], ["--future-grace", "3601s"], ["--window", "604801s"],
    ])
  func refused(arguments: [String]) {
    #expect(throws: UsageError.self) { try ServeCommand.parsed(arguments) }
  }

  @Test("a clock may be anything, and may jump")
  func clock() async throws {
    let shared = ClockBox(1_700_000_000)
    let jumps: [Int64] = [
      0, -1, .min, .max, 1_700_000_000, 1_700_000_005, 1_699_999_000, 1_800_000_000, 5,
    ]
    try await TestNode.run(clock: { shared.seconds }) { client in
      for now in jumps {
        shared.seconds = now
        var frames = PointFrames()
        frames.append(name: "x", value: 1, time: 0)
        for time in [Int64.min, -1, 1, now, .max] { frames.append(name: "y", value: 1, time: time) }
        let ack = try await client.push(frames.bytes)
        #expect(ack.pointsReceived + ack.pointsRejected == 6, "\(now)")
        let rows = try await client.summary(SummaryFilter()).rows
        #expect(rows.contains { $0.name == "x" && $0.count >= 1 }, "\(now)")
      }
    }
  }

  @Test("a wall clock beyond what nanoseconds hold is the nearest that they do")
  func wallTime() {
    for seconds in [Int64.min, -9_223_372_037, 9_223_372_037, .max] {
      let time = WallTime(seconds: seconds, nanoseconds: 999_999_999)
      #expect(time.seconds == (seconds < 0 ? -9_223_372_037 : 9_223_372_036))
      #expect(time.text.hasSuffix("Z"))
    }
  }
}

/// A clock that a test sets.
private final class ClockBox: Sendable {
  private let value: Mutex<Int64>

  init(_ seconds: Int64) { value = Mutex(seconds) }

  var seconds: Int64 {
    get { value.withLock { $0 } }
    set { value.withLock { $0 = newValue } }
  }
}
