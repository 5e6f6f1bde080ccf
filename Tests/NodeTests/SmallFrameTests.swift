// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Testing

@testable import Node

@Suite("Points in frames of their own", .timeLimit(.minutes(5)))
struct SmallFrameTests {
  private static func frames(_ points: Int, bad: Set<Int> = []) -> PointFrames {
    var frames = PointFrames()
    for index in 0..<points {
      frames.append(
        name: "name \(index % 10)", value: bad.contains(index) ? .nan : Double(index), time: 0)
    }
    return frames
  }

  @Test("are counted and told apart as those that share one", arguments: [1, 3, 40])
  func toldApart(perFrame: Int) async throws {
    try await TestNode.run { client in
      let stream = try await client.push(messagesPerFrameMax: perFrame)
      try await stream.send(Self.frames(5000, bad: [1234, 4321]).bytes)
      let ack = try await stream.finish()
      #expect(ack.pointsReceived == 4998 && ack.pointsRejected == 2)
      #expect(ack.rejections.map(\.firstIndex) == [1234])
      let counts = try await BatchTests.counts(client)
      #expect(counts.count == 10 && counts.values.reduce(0, +) == 4998)
    }
  }

  @Test("stay when one behind them is no point")
  func malformed() async throws {
    try await TestNode.run { client in
      let stream = try await client.push(messagesPerFrameMax: 1)
      let error = await #expect(throws: RPCError.self) {
        try await stream.send(Self.frames(700).bytes + [0, 0, 0, 0, 1, 0xFF])
        _ = try await stream.finish()
      }
      #expect(error?.status.message.contains("message 700 is no telemetry.Point") == true)
      #expect(try await BatchTests.counts(client).values.reduce(0, +) == 700)
    }
  }
}
