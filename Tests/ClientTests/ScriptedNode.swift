// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import RPCServices
import Synchronization
import Testing

@testable import TributaryClient

/// Several nodes, as far as a client of batches sees them, that count each batch once together;
/// each stream behaves as the script says.
final class ScriptedNodes: Sendable {
  /// What becomes of one stream.
  enum Behaviour: Sendable {
    /// Everything is applied and acknowledged.
    case honest
    /// So many batches are applied, none is acknowledged, and the stream ends.
    case losesAcks(after: Int, RPCStatus)
    /// So many batches are acknowledged, then the stream ends.
    case ends(after: Int, RPCStatus)
    /// Nothing is ever said.
    case mute
    /// A batch with this value is malformed.
    case hates(Double)
  }

  private struct State {
    var applied: [UInt64: PointBatch] = [:]
    var client: String?
    var streams = 0
  }

  /// Tells of each batch that is not answered.
  let unanswered = AsyncStream.makeStream(of: Void.self)
  private let state = Mutex(State())
  private let script: [Behaviour]

  /// - Parameter script: for one stream after the other, whichever node it comes to; the last holds
  ///   for all that follow.
  init(_ script: Behaviour...) { self.script = script }

  var streams: Int { state.withLock { $0.streams } }

  /// Every point that was applied, in order of the batches' numbers.
  func points() throws -> [WirePoint] {
    let batches = state.withLock { $0.applied }
    return try batches.sorted { $0.key < $1.key }.flatMap { try $0.value.points() }
  }

  var service: Service {
    Service(
      name: TelemetryService.name,
      methods: [
        .bidirectional(TelemetryService.pushBatches) { [self] requests, acks, _ in
          try await serve(requests, acks)
        }
      ])
  }

  private func serve(_ requests: TypedRequests<PointBatch>, _ acks: TypedWriter<BatchAck>)
    async throws
  {
    let behaviour = state.withLock { state in
      defer { state.streams += 1 }
      return script[min(state.streams, script.count - 1)]
    }
    var count = 0
    for try await batch in requests {
      if case .hates(let value) = behaviour, batch.values.contains(value) {
        throw RPCError(.invalidArgument, "no such value")
      }
      if case .mute = behaviour {
        unanswered.continuation.yield()
        continue
      }
      let ack = apply(batch)
      count += 1
      switch behaviour {
      case .losesAcks(let most, let status):
        if count == most { return try end(status) }
      case .ends(let most, let status):
        try await acks.write(ack)
        if count == most { return try end(status) }
      case .honest, .hates, .mute: try await acks.write(ack)
      }
    }
  }

  private func end(_ status: RPCStatus) throws {
    if status.code != .ok { throw RPCError(status) }
  }

  private func apply(_ batch: PointBatch) -> BatchAck {
    state.withLock { state in
      #expect(state.client == nil || state.client == batch.client)
      state.client = batch.client
      var ack = BatchAck(of: batch)
      if let before = state.applied[batch.sequence] {
        #expect(before.values == batch.values, "the same number always names the same points")
        ack.pointsRepeated = ack.pointsReceived
      }
      state.applied[batch.sequence] = batch
      return ack
    }
  }

  /// Runs servers and a client of all of them.
  static func run(
    _ script: Behaviour..., servers count: Int = 1,
    _ change: @Sendable (inout TributaryClient.Options) -> Void = { _ in },
    _ body: (TributaryClient, ScriptedNodes) async throws -> Void
  ) async throws {
    let nodes = ScriptedNodes(script)
    let group = EventLoopGroup(loops: 1)
    var servers: [Server] = []
    var endpoints: [TributaryClient.Endpoint] = []
    for _ in 0..<count {
      let server = Server(group: group, services: [nodes.service])
      let address = try await server.listen(host: "127.0.0.1", port: 0)
      endpoints.append(TributaryClient.Endpoint(host: address.host, port: address.port))
      servers.append(server)
    }
    let options = TributaryClient.Options.with {
      $0.flushInterval = .milliseconds(5)
      $0.retryWaitFirst = .milliseconds(1)
      $0.retryWaitMax = .milliseconds(20)
      change(&$0)
    }
    let client = TributaryClient(endpoints: endpoints, options: options)
    do { try await body(client, nodes) } catch { Issue.record(error) }
    await client.close(timeout: .zero)
    #expect(client.statistics.adds)
    for server in servers { await server.shutdown(grace: .zero) }
    await group.shutdown()
  }

  private init(_ script: [Behaviour]) { self.script = script }
}
