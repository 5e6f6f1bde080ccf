// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Synchronization
import Testing

@testable import Node

/// Takes points by name. Its first streams end early, each after a few points, with the Ack so far.
private final class ImpatientNode: Sendable {
  struct State {
    var names: [String] = []
    var streams = 0
  }

  let state = Mutex(State())
  let pointsMax: Int

  init(pointsMax: Int) { self.pointsMax = pointsMax }

  var service: Service {
    Service(
      name: "telemetry.TelemetryService",
      methods: ["PushPoints": .bulk { [self] in ImpatientSink($0, self) }])
  }
}

private final class ImpatientSink: BulkSink {
  private let call: BulkCall
  private let node: ImpatientNode
  private let takes: Int
  private var names: [String] = []
  private var isOver = false

  init(_ call: BulkCall, _ node: ImpatientNode) {
    self.call = call
    self.node = node
    takes = node.state.withLock { state in
      state.streams += 1
      return state.streams <= 2 ? node.pointsMax : .max
    }
  }

  func received(_ run: RawSpan, range: Range<Int>, windowBytes: Int) {
    call.returnCredit(windowBytes)
    var frames = MessageFrames(range)
    while !isOver, let body = frames.next(in: run) {
      let bytes = body.map { run.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
      names.append((try? Point(decoding: bytes).metric) ?? "malformed")
      if names.count == takes { end(RPCStatus(.unavailable, "the connection grew old")) }
    }
  }

  func receivedEnd() { if !isOver { end(.ok) } }

  func failed(_ status: RPCStatus) -> RPCStatus { status }

  private func end(_ status: RPCStatus) {
    isOver = true
    node.state.withLock { $0.names += names }
    let ack = Ack.with { $0.pointsReceived = Int64(names.count) }
    if status.code == .ok { return call.finish(.ok, message: ack.encoded()) }
    let details = StatusDetails.encode(status, ack)
    call.finish(RPCStatus(status.code, status.message, details: details))
  }
}

@Suite("A stream that its node ends early")
struct EarlyEndTests {
  private func run(pointsMax: Int, _ body: (NodeClient) async throws -> Void) async throws
    -> ImpatientNode
  {
    let group = EventLoopGroup(loops: 1)
    let node = ImpatientNode(pointsMax: pointsMax)
    let server = Server(group: group, services: [node.service])
    let address = try await server.listen(host: "127.0.0.1", port: 0)
    let client = NodeClient(HostPort(host: address.host, port: address.port), group: group)
    do { try await body(client) } catch { Issue.record(error) }
    await client.close()
    await server.shutdown(grace: .zero)
    await group.shutdown()
    return node
  }

  @Test("gives its own words and its Ack, also when a send was what failed")
  func words() async throws {
    _ = try await run(pointsMax: 1) { client in
      var frames = PointFrames()
      // More than the windows hold, so that sending is still under way.
      for _ in 0..<400_000 { frames.append(name: "some.long.name", value: 1, time: 0) }
      let error = await #expect(throws: RPCError.self) { try await client.push(frames.take()) }
      #expect(error?.status.message == "the connection grew old")
      let ack = try StatusDetails.decode(Ack.self, from: error?.status.details ?? [])
      #expect(ack?.pointsReceived == 1)
    }
  }
}
