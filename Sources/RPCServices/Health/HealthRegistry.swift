// SPDX-License-Identifier: Apache-2.0
internal import RPC
internal import Synchronization

/// Which services take calls. Whoever runs a service sets its status here; ``service`` tells
/// clients and load balancers. Safe from any thread.
///
/// The empty name stands for the server as a whole. Watchers are woken, not queued for: one that
/// reads slowly sees the latest status and may miss those in between.
public final class HealthRegistry: Sendable {
  /// Only `serving` and `notServing` make sense to be set, or `unknown` before one knows.
  public typealias Status = HealthCheckResponse.ServingStatus

  private struct State {
    var statuses: [String: Status]
    var watchers: [Int: Watcher] = [:]
    var watchersMade = 0
    var isShutDown = false
    var isClosed = false
  }

  private struct Watcher {
    let service: String
    let wake: AsyncStream<Void>.Continuation
  }

  private let state: Mutex<State>

  /// The server as a whole and `services`, all serving.
  public init(services: [String] = []) {
    state = Mutex(
      State(statuses: Dictionary(([""] + services).map { ($0, .serving) }) { first, _ in first }))
  }

  /// Sets a service's status. Does nothing after ``shutdown()``.
  public func set(_ status: Status, for service: String = "") {
    change { state in
      guard !state.isShutDown else { return [] }
      state.statuses[service] = status
      return [service]
    }
  }

  /// Forgets a service: NOT_FOUND from now on, and SERVICE_UNKNOWN for those who watch it.
  public func remove(_ service: String) {
    change { state in
      guard !state.isShutDown else { return [] }
      state.statuses[service] = nil
      return [service]
    }
  }

  /// Sets everything to NOT_SERVING, for good: clients go elsewhere while open calls still end.
  public func shutdown() {
    change { state in
      state.isShutDown = true
      for service in state.statuses.keys { state.statuses[service] = .notServing }
      return Set(state.statuses.keys)
    }
  }

  /// Ends every watch, so that none holds up the server's own shutdown. Implies ``shutdown()``.
  public func close() {
    shutdown()
    let watchers = state.withLock { state in
      state.isClosed = true
      return state.watchers.values.map(\.wake)
    }
    for watcher in watchers { watcher.finish() }
  }

  /// A service's status; nil for one that is not known.
  public func status(of service: String = "") -> Status? {
    state.withLock { $0.statuses[service] }
  }

  /// Every service with its status.
  public var statuses: [String: Status] { state.withLock { $0.statuses } }

  /// How many watches are open.
  public var watcherCount: Int { state.withLock { $0.watchers.count } }

  private func change(_ body: (inout sending State) -> Set<String>) {
    let wakes = state.withLock { state in
      let changed = body(&state)
      return state.watchers.values.filter { changed.contains($0.service) }.map(\.wake)
    }
    for wake in wakes { wake.yield() }
  }

  /// Calls `each` with the status now, SERVICE_UNKNOWN if there is none, and again at each change.
  ///
  /// - Throws: `CancellationError` when the task is cancelled, UNAVAILABLE after ``close()``, and
  ///   what `each` throws; it does not return otherwise.
  public func watch(
    _ service: String = "", each: (Status) async throws -> Void
  ) async throws {
    let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let key = add(Watcher(service: service, wake: wake))
    defer { state.withLock { $0.watchers[key] = nil } }
    var wakeIterator = wakes.makeAsyncIterator()
    var last: Status?
    repeat {
      let now = status(of: service) ?? .serviceUnknown
      if now != last { try await each(now) }
      last = now
    } while await wakeIterator.next() != nil
    try Task.checkCancellation()
    throw RPCError(.unavailable, "the server is shutting down")
  }

  private func add(_ watcher: Watcher) -> Int {
    let (key, isClosed) = state.withLock { state in
      state.watchersMade += 1
      state.watchers[state.watchersMade] = watcher
      return (state.watchersMade, state.isClosed)
    }
    if isClosed { watcher.wake.finish() }
    return key
  }
}
