// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import RPCServices
import Synchronization
import Testing

@testable import Node

@Suite("StreamMetrics of a node", .timeLimit(.minutes(5)))
struct StreamMetricsTests {
  private static let start: Int64 = 1_700_000_000

  private static func open(
    _ client: NodeClient, _ request: StreamRequest = .with { $0.intervalMilliseconds = 100 }
  ) async throws -> TypedCall<StreamRequest, MetricUpdate> {
    try await client.current.serverStreaming(TelemetryService.streamMetrics, request)
  }

  private static func push(_ client: NodeClient, _ points: [(String, Double)]) async throws {
    var frames = PointFrames()
    for (name, value) in points { frames.append(name: name, value: value, time: 0) }
    #expect(try await client.push(frames.bytes).pointsReceived == Int64(points.count))
  }

  @Test("tells everything, then what changes, then what is gone")
  func deltas() async throws {
    var configuration = ServeConfiguration()
    (configuration.windowSeconds, configuration.resolutionSeconds) = (10, 1)
    let clock = Atomic<Int64>(Self.start)
    try await TestNode.run(configuration, clock: { clock.load(ordering: .relaxed) }) { client in
      try await Self.push(client, [("a", 1), ("b", 2)])
      let call = try await Self.open(client)
      let first = try #require(try await call.next())
      #expect(first.full && first.intervals == 0)
      #expect(Set(first.changed.map(\.metric)) == ["a", "b"])
      #expect(first.report?.coverage?.complete == true && first.report?.windowSeconds == 10)
      clock.store(Self.start + 5, ordering: .relaxed)
      try await Self.push(client, [("b", 3), ("c", 4)])
      var changed: [String: Int64] = [:]
      while changed.count < 2 {
        let update = try #require(try await call.next())
        #expect(!update.full && update.intervals > 0 && update.report?.coverage != nil)
        for row in update.changed { changed[row.metric] = row.summary?.count }
      }
      #expect(changed == ["b": 2, "c": 1])
      clock.store(Self.start + 12, ordering: .relaxed)
      var removed: [String] = []
      while removed.isEmpty {
        let update = try #require(try await call.next())
        #expect(!update.full)
        removed = update.removed.map(\.metric)
      }
      #expect(removed == ["a"])
      call.cancel()
    }
  }

  @Test("a reader's table is the summary of the same moment")
  func table() async throws {
    try await TestNode.run(clock: { Self.start }) { client in
      try await Self.push(client, (0..<500).map { ("m.\($0)", Double($0)) })
      var live = try await client.live(SummaryFilter(), every: .milliseconds(100))
      let summary = try await client.summary(SummaryFilter())
      #expect(Set(try await live.next().rows) == Set(summary.rows))
      try await Self.push(client, [("m.7", 1), ("new", 2)])
      let after = try await client.summary(SummaryFilter())
      var latest = try await live.next()
      while latest.rows.count < 501 { latest = try await live.next() }
      #expect(Set(latest.rows) == Set(after.rows) && latest.asOf == after.asOf)
    }
  }

  @Test("a reader gets the series that its selectors choose, shown as a summary shows them")
  func selectors() async throws {
    try await TestNode.run(clock: { Self.start }) { client in
      var frames = PointFrames()
      for host in ["web1", "web\n\"2", "db"] {
        frames.append(name: "cpu", labels: [("host", host), ("core", "0")], value: 1, time: 0)
      }
      #expect(try await client.push(frames.bytes).pointsReceived == 3)
      var filter = SummaryFilter()
      filter.selectors = [#"cpu{host=~"(?s)web.*"}"#]
      var live = try await client.live(filter, every: .milliseconds(100))
      let rows = try await live.next().rows
      #expect(Set(rows) == Set(try await client.summary(filter).rows))
      #expect(rows.map(\.labels.count) == [2, 2])
      #expect(Set(rows.map(\.name)).contains(#"cpu{core="0",host="web\n\"2"}"#))
    }
  }

  @Test("requests that are none end with INVALID_ARGUMENT")
  func invalid() async throws {
    try await TestNode.run { client in
      let call = try await Self.open(client, .with { $0.intervalMilliseconds = 1 })
      let error = await #expect(throws: RPCError.self) { _ = try await call.next() }
      #expect(error?.status.code == .invalidArgument)
    }
  }

  @Test("a node that stops ends it with UNAVAILABLE, and does not wait for it")
  func stopping() async throws {
    let group = EventLoopGroup(loops: 1)
    let ending = try await TestNode.run { client in
      let other = NodeClient(client.target, group: group)
      let call = try await Self.open(other)
      #expect(try await call.next() != nil)
      return Task {
        do {
          while try await call.next() != nil {}
        } catch {
          await other.close()
          return (error as? RPCError)?.status
        }
        return nil
      }
    }
    #expect(await ending.value == RPCStatus(.unavailable, "the server is going down"))
    await group.shutdown()
  }

  @Test("a reader that does not read gets one update for all that it missed")
  func unread() async throws {
    let group = EventLoopGroup(loops: 1)
    try await TestNode.run { client in
      let names = (0..<1000).map { String(repeating: "n", count: 90) + String($0) }
      try await Self.push(client, names.map { ($0, 1) })
      // A window that no update fits into.
      var options = ChannelOptions()
      (options.streamWindowBytes, options.connectionWindowBytes) = (1 << 16, 1 << 16)
      let channel = Channel(
        host: client.target.host, port: client.target.port, group: group, options: options)
      let call = try await channel.serverStreaming(
        TelemetryService.streamMetrics, .with { $0.intervalMilliseconds = 100 })
      #expect(try await call.next()?.changed.count == 1000)
      // Each of these has all rows; the reader takes none of them until the last is made.
      var other = try await client.live(SummaryFilter(), every: .milliseconds(100))
      for round in 1...8 {
        try await Self.push(client, names.map { ($0, 1) })
        while try await other.next().rows.contains(where: { $0.count <= round }) {}
      }
      var updates: [MetricUpdate] = []
      repeat {
        updates.append(try #require(try await call.next()))
      } while updates.last?.changed.last?.summary?.count != 9
      #expect(updates.contains { $0.intervals > 1 && !$0.full })
      #expect(updates.count < 8)
      call.cancel()
      await channel.close()
    }
    await group.shutdown()
  }
}
