// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Synchronization
import Testing
import TributaryClient

@testable import Node

@Suite("The client library and real nodes", .timeLimit(.minutes(5)))
struct ClientLibraryTests {
  private static func client(
    of targets: [HostPort], _ change: (inout TributaryClient.Options) -> Void = { _ in }
  ) -> TributaryClient {
    var options = TributaryClient.Options()
    options.flushInterval = .milliseconds(5)
    options.retryWaitFirst = .milliseconds(1)
    options.retryWaitMax = .milliseconds(50)
    options.whenFull = .wait
    change(&options)
    return TributaryClient(endpoints: targets.map(\.endpoint), options: options)
  }

  @Test("points are counted as recorded, and what is wrong with others is told")
  func counted() async throws {
    try await TestNode.run { node in
      let client = Self.client(of: [node.target])
      try await client.connect()
      for number in 0..<10_000 { client.record("a\(number % 10)", Double(number)) }
      for value in [1, Double.nan] { client.record("b", value) }
      client.record("b", 2, at: 5)
      try await client.flush()
      let report = try Report(decoding: try await node.summaryBytes(SummaryRequest()))
      #expect(report.points == 10_001 && report.sum == 10_000 * 9_999 / 2 + 1)
      let rejections = client.statistics.rejections
      #expect(rejections.map(\.reason) == ["TIME_TOO_OLD", "VALUE_NAN"])
      #expect(rejections.map(\.firstIndex) == [10_002, 10_001])
      #expect(await client.close().isEmpty)
    }
  }

  @Test("a node that restarts gets what it had not acknowledged, and nothing else")
  func restarted() async throws {
    let box = Mutex<TributaryClient?>(nil)
    var configuration = ServeConfiguration()
    let group = EventLoopGroup(loops: 2)
    for life in 0..<3 {
      configuration.listen.port = life == 0 ? 0 : configuration.listen.port
      let node = try TelemetryNode(
        configuration, group: group, log: Log(level: .error, format: .text))
      let address = try await node.start().clients
      configuration.listen.port = address.port
      let target = HostPort(host: address.host, port: address.port)
      let client = box.withLock { client in
        client = client ?? Self.client(of: [target]) { $0.batchPointsMax = 100 }
        return client
      }
      let reader = NodeClient(target, group: group)
      guard let client else { continue }
      for _ in 0..<1000 { client.record("now", 1) }
      try await client.flush()
      let report = try Report(decoding: try await reader.summaryBytes(SummaryRequest()))
      // What was recorded while nobody was there, and since.
      #expect(report.metrics["before"]?.count ?? 0 == (life == 0 ? 0 : 500))
      #expect(report.metrics["now"]?.count == 1000)
      await reader.close()
      await node.stop(grace: .zero)
      for _ in 0..<500 { client.record("before", 1) }
    }
    let left = await box.withLock { $0 }?.close(timeout: .zero)
    #expect(left.map { $0.pointsSent + $0.pointsUnsent } == 500)
    await group.shutdown()
  }

  @Test("a node of three that leaves while clients record costs no point and doubles none")
  func drained() async throws {
    try await TestTrio.run { trio in
      let isOver = Box(Mutex(false))
      let targets = trio.members.map(\.client.target)
      let recorded = try await withThrowingTaskGroup(of: Int.self) { tasks in
        for number in 0..<3 {
          tasks.addTask {
            let client = Self.client(of: targets) { $0.batchPointsMax = 50 }
            var recorded = 0
            repeat {
              for point in 0..<100 {
                await client.recordWaiting(.init("m\(number).\(point)"), 1)
              }
              recorded += 100
              try await client.flush()
            } while !isOver.value.withLock { $0 }
            let statistics = client.statistics
            #expect(statistics.acknowledged == recorded && statistics.rejected == 0)
            await client.close()
            return recorded
          }
        }
        let leaver = trio.members[0]
        #expect(try await leaver.client.drain(timeout: .seconds(60)) { _ in })
        var ends = leaver.ends.makeAsyncIterator()
        #expect(await ends.next() == .drained)
        await leaver.node.stop(grace: .zero, leaving: true)
        isOver.value.withLock { $0 = true }
        return try await tasks.reduce(0, +)
      }
      for member in trio.members[1...] {
        let report = try await member.report()
        #expect(report.coverage?.complete == true)
        #expect(report.points == Int64(recorded) && report.sum == Double(recorded))
      }
    }
  }
}
