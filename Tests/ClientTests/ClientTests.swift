// SPDX-License-Identifier: Apache-2.0
import RPC
import Synchronization
import Testing

@testable import TributaryClient

@Suite("A client of nodes that misbehave", .timeLimit(.minutes(5)))
struct ClientTests {
  private typealias Series = TributaryClient.Series
  private static let away = RPCStatus(.unavailable, "the connection grew old")

  /// Records so many points of value 0, 1, ...
  private func record(_ client: TributaryClient, _ count: Int) async {
    let series = (0..<7).map { Series("m\($0)", labels: ["host": "a"], kind: .gauge) }
    for number in 0..<count { await client.recordWaiting(series[number % 7], Double(number)) }
  }

  private func values(_ nodes: ScriptedNodes) throws -> [Double] {
    try nodes.points().map(\.value).sorted()
  }

  @Test("what was flushed has been counted")
  func flush() async throws {
    try await ScriptedNodes.run(.honest) { client, nodes in
      try await client.flush()
      await record(client, 20_000)
      try await client.flush()
      #expect(try values(nodes) == (0..<20_000).map(Double.init))
      #expect(client.statistics.acknowledged == 20_000 && client.statistics.waiting == 0)
      #expect(client.statistics.bytesWaiting == 0)
      #expect(await client.close() == .init(pointsSent: 0, pointsUnsent: 0))
      #expect(!client.record("late", 1))
      #expect(client.statistics.drops == [.closed: 1])
    }
  }

  @Test("the interval flushes without being asked")
  func interval() async throws {
    try await ScriptedNodes.run(.honest) { client, nodes in
      client.record("a", 1)
      let end = await client.outbox.wait(for: .settled(ticket: 0), until: nil)
      let counted = try values(nodes)
      #expect(end == .met && counted == [1])
    }
  }

  @Test("lost acks cost no point and double none")
  func lostAcks() async throws {
    try await ScriptedNodes.run(
      .losesAcks(after: 3, Self.away), .ends(after: 2, Self.away), .losesAcks(after: 1, Self.away),
      .ends(after: 1, .ok), .honest, servers: 3
    ) {
      $0.batchPointsMax = 100
    } _: { client, nodes in
      await record(client, 2000)
      try await client.flush()
      #expect(try values(nodes) == (0..<2000).map(Double.init))
      #expect(nodes.streams >= 4)
      let statistics = client.statistics
      #expect(statistics.batchesResent > 0 && statistics.repeated > 0)
      #expect(statistics.acknowledged == 2000)
    }
  }

  @Test("a node that is stuck is left for another")
  func stuck() async throws {
    try await ScriptedNodes.run(.mute, .honest, servers: 2) {
      $0.ackTimeout = .milliseconds(50)
    } _: { client, nodes in
      await record(client, 10)
      try await client.flush()
      #expect(try values(nodes) == (0..<10).map(Double.init))
      // On a busy machine the other may seem stuck, too, for a while.
      #expect(nodes.streams >= 2)
    }
  }

  @Test("a flush that takes too long says how many points are missing, and loses none")
  func deadline() async throws {
    try await ScriptedNodes.run(.mute, .honest) {
      $0.ackTimeout = .seconds(2)
    } _: { client, nodes in
      await record(client, 10)
      let error = await #expect(throws: TributaryClient.ClientError.self) {
        try await client.flush(timeout: .milliseconds(20))
      }
      #expect(error == .deadlinePassed(pointsMissing: 10, reason: nil))
      try await client.flush()
      #expect(try values(nodes).count == 10)
    }
  }

  @Test("closing says what was not acknowledged, and what was never sent")
  func closing() async throws {
    try await ScriptedNodes.run(.mute) {
      $0.batchPointsMax = 10
      $0.batchesInFlightMax = 1
    } _: { client, nodes in
      await record(client, 25)
      for await _ in nodes.unanswered.stream { break }
      let error = await #expect(throws: TributaryClient.ClientError.self) {
        try await client.flush(timeout: .milliseconds(1))
      }
      #expect(error == .deadlinePassed(pointsMissing: 25, reason: nil))
      #expect(await client.close(timeout: .zero) == .init(pointsSent: 10, pointsUnsent: 15))
      #expect(client.statistics.drops == [.unacknowledged: 25])
      let after = await #expect(throws: TributaryClient.ClientError.self) {
        try await client.flush()
      }
      #expect(after == .closed)
    }
  }

  @Test("a malformed batch is given up, and no other")
  func malformed() async throws {
    try await ScriptedNodes.run(.hates(13)) {
      $0.batchPointsMax = 10
    } _: { client, nodes in
      await record(client, 50)
      try await client.flush()
      let left = (0..<10).map(Double.init) + (20..<50).map(Double.init)
      #expect(try values(nodes) == left)
      #expect(client.statistics.drops == [.refused: 10])
    }
  }

  @Test("a server that knows no batches makes the client fail, with its words")
  func unimplemented() async throws {
    let group = EventLoopGroup(loops: 1)
    let server = Server(group: group, services: [])
    let address = try await server.listen(host: "127.0.0.1", port: 0)
    let client = TributaryClient(endpoints: [.init(host: address.host, port: address.port)])
    client.record("a", 1)
    let error = await #expect(throws: TributaryClient.ClientError.self) {
      try await client.flush()
    }
    guard case .refused(_, let code, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(code == RPCStatus.Code.unimplemented.rawValue)
    #expect(!client.record("b", 1))
    #expect(client.statistics.drops == [.unacknowledged: 1, .closed: 1])
    await client.close()
    await server.shutdown(grace: .zero)
    await group.shutdown()
  }

  @Test("connecting fails when nobody is there, and says who and why")
  func unreachable() async throws {
    let client = try TributaryClient("127.0.0.1:1", "[::1]:1")
    let error = await #expect(throws: TributaryClient.ClientError.self) {
      try await client.connect()
    }
    #expect(error?.description.contains("unavailable: cannot connect") == true)
    await client.close(timeout: .zero)
    #expect(throws: TributaryClient.ClientError.endpointInvalid("nonsense")) {
      try TributaryClient("nonsense")
    }
  }

  @Test("with the policy to wait, a full buffer slows the caller and loses nothing")
  func backpressure() async throws {
    try await ScriptedNodes.run(.honest) {
      $0.batchBytesMax = 1024
      $0.bufferBytesMax = 4096
      $0.batchesInFlightMax = 2
      $0.whenFull = .wait
    } _: { client, nodes in
      await record(client, 5000)
      try await client.flush()
      #expect(try values(nodes) == (0..<5000).map(Double.init))
      #expect(client.statistics.dropped == 0)
    }
  }

  @Test("a task that waits for room, and is cancelled, waits no longer")
  func cancelledWait() async throws {
    try await ScriptedNodes.run(.mute) {
      $0.batchBytesMax = 1024
      $0.bufferBytesMax = 1024
      $0.whenFull = .wait
    } _: { client, _ in
      let waiting = Task { await record(client, 1000) }
      waiting.cancel()
      await waiting.value
      #expect(client.statistics.recorded == 1000)
      #expect(client.statistics.drops[.bufferFull, default: 0] > 0)
    }
  }

  @Test("recording never waits, from any thread, and every point is accounted for")
  func threads() async throws {
    try await ScriptedNodes.run(.ends(after: 2, Self.away), .honest) {
      $0.batchPointsMax = 50
    } _: { client, nodes in
      await withTaskGroup { tasks in
        for task in 0..<4 {
          tasks.addTask {
            for number in 0..<500 { client.record("m\(number % 5)", Double(task * 500 + number)) }
          }
        }
      }
      try await client.flush()
      #expect(try values(nodes) == (0..<2000).map(Double.init))
    }
  }
}
