// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import RPC
internal import Synchronization

/// The queue of a client behind its lock, with those who wait for something to become of it.
final class Outbox: Sendable {
  typealias Client = TributaryClient
  typealias Instant = ContinuousClock.Instant

  /// What can be waited for.
  enum Condition {
    /// Something has left the buffer since it had left so many times.
    case room(releases: Int)
    /// Everything up to a ticket is acknowledged or dropped.
    case settled(ticket: Int)
    /// An endpoint has been connected, or all have failed.
    case tried
  }

  enum WaitEnd: Equatable {
    case met
    case expired
    case failed(Client.ClientError)
  }

  private struct Waiter {
    var condition: Condition
    var continuation: CheckedContinuation<WaitEnd, Never>
  }

  private struct State: ~Copyable {
    var queue: BatchQueue
    var waiters: [Int: Waiter] = [:]
    var nextWaiter = 0
    /// How often something has left the buffer.
    var releases = 0
    var isConnectionWanted = false
    var isConnected = false
    /// All endpoints failed in a row.
    var trouble: Client.ClientError?
    /// The client has failed for good, or is closed.
    var end: Client.ClientError?
  }

  /// Whether a point that finds no room may wait for it.
  let waitsWhenFull: Bool
  /// Set when the sender has something new to look at.
  let news = Signal()
  private let state: Mutex<State>
  private let onEvent: (@Sendable (Client.Event) -> Void)?

  init(name: String, options: Client.Options) {
    state = Mutex(State(queue: BatchQueue(name: name, options: options)))
    waitsWhenFull = options.whenFull == .wait
    onEvent = options.onEvent
  }

  // MARK: For callers

  /// Takes a point, or says how often something has left the buffer, which is full.
  enum OnRecord {
    case taken
    case dropped
    case full(releases: Int)
  }

  func record(_ series: Client.Series, _ value: Double, time: Int64, mayWait: Bool) -> OnRecord {
    let now = Instant.now
    let (result, hasNews): (OnRecord, Bool) = state.withLock { state in
      switch state.queue.record(series, value, time: time, now: now) {
      case .taken(let hasNews): return (.taken, hasNews)
      case .dropped: return (.dropped, false)
      case .full:
        if mayWait { return (.full(releases: state.releases), false) }
        _ = state.queue.drop(.bufferFull)
        return (.dropped, false)
      }
    }
    if hasNews { news.set() }
    return result
  }

  var statistics: Client.Statistics {
    state.withLock { state in
      var statistics = state.queue.statistics
      statistics.bytesWaiting = state.queue.bytes
      return statistics
    }
  }

  /// Everything so far goes out at once. Gives back the ticket to wait for.
  func flush() -> Int {
    defer { news.set() }
    return state.withLock { $0.queue.flush() }
  }

  func missing(through ticket: Int) -> Int {
    state.withLock { $0.queue.missing(through: ticket) }
  }

  /// Why nothing gets through, as far as is known.
  var trouble: Client.ClientError? { state.withLock { $0.end ?? $0.trouble } }

  /// Why there is nothing to be hoped for.
  var failure: Client.ClientError? { state.withLock { $0.end } }

  /// A connection is made even when there is nothing to send.
  func wantConnection() {
    state.withLock { state in
      state.isConnectionWanted = true
      state.trouble = nil
    }
    news.set()
  }

  /// Takes no further points. Gives back the ticket to wait for.
  func beginClosing() -> Int {
    defer { news.set() }
    return state.withLock { state in
      defer { state.queue.beginClosing() }
      return state.queue.flush()
    }
  }

  /// Gives up what is left, and ends everything.
  func end(_ error: Client.ClientError) -> (sent: Int, unsent: Int) {
    let left = change { state in
      state.end = state.end ?? error
      return state.queue.abandon()
    }
    news.set()
    return left
  }

  // MARK: For the sender

  /// What goes on the stream next.
  func next() -> BatchQueue.Next { change { $0.queue.next(now: .now) } }

  func acknowledged(_ ack: BatchAck) -> Bool {
    let isKnown = change { state in
      state.releases += 1
      return state.queue.acknowledged(ack, now: .now)
    }
    news.set()
    return isKnown
  }

  /// There is nothing to deliver.
  var isIdle: Bool { state.withLock { $0.queue.isEmpty } }

  var isStalled: Bool { state.withLock { $0.queue.isStalled(now: .now) } }

  /// Nothing will have to be delivered any more.
  var isOver: Bool { state.withLock { Self.isOver($0) } }

  private static func isOver(_ state: borrowing State) -> Bool {
    state.end != nil || (state.queue.isClosing && state.queue.isEmpty)
  }

  /// Waits until there is something to connect for. False: never again.
  func awaitDemand() async -> Bool {
    while !Task.isCancelled {
      let (isOver, isWanted, dueAt) = state.withLock { state in
        let queue = state.queue.demand(now: .now)
        return (Self.isOver(state), state.isConnectionWanted || queue.isNow, queue.dueAt)
      }
      if isOver { return false }
      if isWanted { return true }
      await news.wait(until: dueAt)
    }
    return false
  }

  func connected(_ endpoint: Client.Endpoint) {
    change { state in
      state.isConnected = true
      state.isConnectionWanted = false
      state.trouble = nil
      state.queue.statistics.connections += 1
      state.queue.note(.connected(endpoint))
    }
  }

  /// The stream is over.
  func disconnected(isRefusal: Bool, allFailed: Client.ClientError?) -> BatchQueue.OnRefusal? {
    change { state in
      state.isConnected = false
      state.trouble = allFailed
      if allFailed != nil { state.isConnectionWanted = false }
      state.releases += 1
      if isRefusal { return state.queue.streamRefused() }
      state.queue.streamEnded()
      return nil
    }
  }

  func note(_ event: Client.Event) { change { $0.queue.note(event) } }

  // MARK: Waiting

  /// Waits for a condition. A cancelled task waits no longer: the wait expires.
  func wait(for condition: Condition, until deadline: Instant?) async -> WaitEnd {
    let ticket = state.withLock { state in
      defer { state.nextWaiter += 1 }
      return state.nextWaiter
    }
    let timer = deadline.map { deadline in
      Task {
        try await Task.sleep(until: deadline, clock: .continuous)
        expire(ticket)
      }
    }
    defer { timer?.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let end: WaitEnd? = state.withLock { state in
          if let end = Self.end(of: condition, state) { return end }
          if Task.isCancelled || deadline.map({ $0 <= .now }) == true { return .expired }
          state.waiters[ticket] = Waiter(condition: condition, continuation: continuation)
          return nil
        }
        if let end { continuation.resume(returning: end) }
      }
    } onCancel: {
      expire(ticket)
    }
  }

  private func expire(_ ticket: Int) {
    state.withLock { $0.waiters.removeValue(forKey: ticket) }?.continuation
      .resume(returning: .expired)
  }

  private static func end(of condition: Condition, _ state: borrowing State) -> WaitEnd? {
    switch condition {
    case .room(let releases) where state.releases > releases: return .met
    case .settled(let ticket) where state.queue.isSettled(through: ticket) && state.end == nil:
      return .met
    case .tried where state.isConnected: return .met
    case .tried:
      if let trouble = state.trouble { return .failed(trouble) }
    case .room, .settled: break
    }
    return state.end.map { .failed($0) }
  }

  /// Changes the state, then tells who waited for it, and what happened.
  private func change<Value>(_ body: (inout State) -> Value) -> Value {
    let (value, ended, events) = state.withLock { state in
      let value = body(&state)
      var ended: [(CheckedContinuation<WaitEnd, Never>, WaitEnd)] = []
      for (ticket, waiter) in state.waiters {
        guard let end = Self.end(of: waiter.condition, state) else { continue }
        ended.append((waiter.continuation, end))
        state.waiters[ticket] = nil
      }
      return (value, ended, state.queue.takeEvents())
    }
    for (continuation, end) in ended { continuation.resume(returning: end) }
    if let onEvent { for event in events { onEvent(event) } }
    return value
  }
}
