// SPDX-License-Identifier: Apache-2.0
import Protobuf
import RPC
import RPCServices
import Testing

@Suite("The health service")
struct HealthServiceTests {
  private func request(_ service: String) -> HealthCheckRequest {
    .with { $0.service = service }
  }

  @Test("Check tells the status, and fails for what is not known")
  func check() async throws {
    let registry = HealthRegistry(services: ["a.B"])
    registry.set(.notServing, for: "a.B")
    try await withServer([registry.service]) { channel, _ in
      let whole = try await channel.unary(Health.check, request(""))
      #expect(whole.message.status == .serving)
      let one = try await channel.unary(Health.check, request("a.B"))
      #expect(one.message.status == .notServing)
      let unknown = try await status { _ = try await channel.unary(Health.check, request("c.D")) }
      #expect(unknown.code == .notFound)
    }
  }

  @Test("List tells every status, and fails when they are more than a hundred")
  func list() async throws {
    let registry = HealthRegistry(services: ["a.B"])
    try await withServer([registry.service]) { channel, _ in
      let all = try await channel.unary(Health.list, HealthListRequest())
      #expect(all.message.statuses.mapValues(\.status) == ["": .serving, "a.B": .serving])
      for number in 0..<99 { registry.set(.serving, for: "s\(number)") }
      let tooMany = try await status {
        _ = try await channel.unary(Health.list, HealthListRequest())
      }
      #expect(tooMany.code == .resourceExhausted)
    }
  }

  @Test("Watch tells changes until it is cancelled, and then the server forgets it")
  func watch() async throws {
    let registry = HealthRegistry()
    try await withServer([registry.service]) { channel, server in
      let call = try await channel.serverStreaming(Health.watch, request("a.B"))
      #expect(try await call.next()?.status == .serviceUnknown)
      registry.set(.serving, for: "a.B")
      #expect(try await call.next()?.status == .serving)
      #expect(registry.watcherCount == 1)
      call.cancel()
      let end = try await status { _ = try await call.next() }
      #expect(end.code == .cancelled)
      await server.shutdown(grace: .zero)
      while registry.watcherCount > 0 { await Task.yield() }
    }
  }

  @Test("closing the registry ends watches, so that none holds up the server's shutdown")
  func shutdown() async throws {
    let registry = HealthRegistry()
    try await withServer([registry.service]) { channel, server in
      let call = try await channel.serverStreaming(Health.watch, request(""))
      #expect(try await call.next()?.status == .serving)
      registry.close()
      await server.shutdown(grace: .seconds(600))
      #expect(try await call.next()?.status == .notServing)
      let end = try await status { _ = try await call.next() }
      #expect(end.code == .unavailable)
    }
  }
}
