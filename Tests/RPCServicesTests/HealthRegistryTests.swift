// SPDX-License-Identifier: Apache-2.0
import RPC
import RPCServices
import Testing

@Suite("The health registry")
struct HealthRegistryTests {
  /// Collects what a watch says, and lets a test wait for it.
  private struct Watch: ~Copyable {
    private let task: Task<Void, any Error>
    private var seen: AsyncStream<HealthRegistry.Status>.AsyncIterator

    init(_ registry: HealthRegistry, _ service: String) {
      let (stream, continuation) = AsyncStream.makeStream(of: HealthRegistry.Status.self)
      seen = stream.makeAsyncIterator()
      task = Task {
        defer { continuation.finish() }
        try await registry.watch(service) { continuation.yield($0) }
      }
    }

    mutating func next() async -> HealthRegistry.Status? { await seen.next() }

    func cancel() { task.cancel() }

    func end() async -> Swift.Result<Void, any Error> { await task.result }
  }

  @Test("knows the server as a whole and its services, all serving")
  func beginning() {
    let registry = HealthRegistry(services: ["a.B"])
    #expect(registry.statuses == ["": .serving, "a.B": .serving])
    #expect(registry.status(of: "c.D") == nil)
  }

  @Test("shutdown turns all to NOT_SERVING, for good")
  func shutdown() {
    let registry = HealthRegistry(services: ["a.B"])
    registry.shutdown()
    registry.set(.serving, for: "a.B")
    registry.set(.serving, for: "c.D")
    registry.remove("a.B")
    #expect(registry.statuses == ["": .notServing, "a.B": .notServing])
  }

  @Test("a watch tells the status now, then each change, and nothing twice")
  func changes() async {
    let registry = HealthRegistry(services: ["a.B"])
    var watch = Watch(registry, "a.B")
    #expect(await watch.next() == .serving)
    registry.set(.serving, for: "a.B")
    registry.set(.notServing, for: "")
    registry.set(.notServing, for: "a.B")
    #expect(await watch.next() == .notServing)
    registry.remove("a.B")
    #expect(await watch.next() == .serviceUnknown)
    registry.set(.serving, for: "a.B")
    #expect(await watch.next() == .serving)
    watch.cancel()
  }

  @Test("a watch of an unknown service waits for it")
  func unknown() async {
    let registry = HealthRegistry()
    var watch = Watch(registry, "c.D")
    #expect(await watch.next() == .serviceUnknown)
    registry.set(.serving, for: "c.D")
    #expect(await watch.next() == .serving)
    watch.cancel()
  }

  @Test("a slow watcher sees the latest status, however many it missed")
  func conflation() async throws {
    let registry = HealthRegistry(services: ["a.B"])
    var seen: [HealthRegistry.Status] = []
    let error = await #expect(throws: RPCError.self) {
      try await registry.watch("a.B") { status in
        seen.append(status)
        guard seen.count == 1 else { return }
        for _ in 0..<100 {
          registry.set(.notServing, for: "a.B")
          registry.set(.unknown, for: "a.B")
        }
        registry.set(.notServing, for: "a.B")
        registry.close()
      }
    }
    #expect(seen == [.serving, .notServing])
    #expect(error?.status.code == .unavailable)
  }

  @Test("a cancelled watch ends, and nothing is kept of it")
  func cancellation() async {
    let registry = HealthRegistry()
    var watch = Watch(registry, "")
    #expect(await watch.next() == .serving)
    #expect(registry.watcherCount == 1)
    watch.cancel()
    #expect(await watch.next() == nil)
    let end = await watch.end()
    #expect(throws: CancellationError.self) { try end.get() }
    #expect(registry.watcherCount == 0)
  }

  @Test("a watch that begins after the end is told NOT_SERVING, and ended")
  func afterTheEnd() async {
    let registry = HealthRegistry()
    registry.close()
    var watch = Watch(registry, "")
    #expect(await watch.next() == .notServing)
    #expect(await watch.next() == nil)
    let end = await watch.end()
    #expect(throws: RPCError.self) { try end.get() }
  }
}
