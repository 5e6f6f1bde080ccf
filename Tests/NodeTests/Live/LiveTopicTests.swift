// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Shard
import Synchronization
import Testing

@testable import Node

/// Lets a hub compute once for each token.
private final class Ticks: Sendable {
  let tokens: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation
  private let count = Atomic<Int>(0)

  init() { (tokens, continuation) = AsyncStream.makeStream(of: Void.self) }

  var computations: Int { count.load(ordering: .relaxed) }

  func tick() { continuation.yield() }

  /// A hub whose reports have one row, which counts the computations.
  func hub(bytesMax: Int = 1 << 20, failingAt failure: Int = .max) -> LiveHub {
    LiveHub(bytesMax: bytesMax) { [self] _ in
      let number = count.add(1, ordering: .relaxed).newValue
      guard number < failure else { throw RPCError(.unavailable, "incomplete") }
      return Self.part(number)
    } sleep: { [self] _ in
      for await _ in tokens { return }
      throw CancellationError()
    }
  }

  static func part(_ number: Int) -> LivePart {
    let update = MetricUpdate.with {
      $0.changed = [
        .with {
          $0.metric = "m"
          $0.summary = .with { $0.count = Int64(number) }
        }
      ]
    }
    return LivePart(rows: LiveRows(entries: update.encoded()), head: [])
  }
}

extension LiveUpdate {
  fileprivate func message() throws -> MetricUpdate {
    try MetricUpdate(decoding: Array(framed.dropFirst(5)))
  }
}

@Suite("Readers of live reports")
struct LiveTopicTests {
  private static func question(
    _ request: SummaryRequest = SummaryRequest(), milliseconds: Int64 = 3_600_000
  ) throws -> LiveQuestion {
    let request = StreamRequest.with {
      $0.question = request
      $0.intervalMilliseconds = milliseconds
    }
    return try LiveQuestion(request.encoded(), .standard, now: 1_000_000)
  }

  @Test("ten thousand readers cost one computation, and share its bytes")
  func many() async throws {
    let ticks = Ticks()
    let hub = ticks.hub()
    let question = try Self.question()
    let topics = try (0..<10_000).map { _ in try hub.join(question) }
    #expect(hub.questionCount == 1)
    let seen = try await Self.next(topics, after: 0)
    #expect(seen.count == 1 && ticks.computations == 1)
    async let second = Self.next(topics, after: 1)
    while await topics[0].waiterCount < topics.count { await Task.yield() }
    ticks.tick()
    #expect(try await second.count == 1 && ticks.computations == 2)
    for topic in topics { hub.leave(question, topic) }
    #expect(hub.questionCount == 0)
  }

  /// Waits for as many readers; the different updates that they got.
  private static func next(
    _ topics: [LiveTopic], after seen: UInt64
  ) async throws -> Set<ObjectIdentifier> {
    try await withThrowingTaskGroup(of: LiveUpdate.self) { group in
      for topic in topics { group.addTask { try await topic.next(after: seen) } }
      // Kept until all are there: an identity is for the living.
      var updates: [LiveUpdate] = []
      for try await update in group { updates.append(update) }
      return Set(updates.map { ObjectIdentifier($0) })
    }
  }

  @Test("a slow reader is told in one what it has missed")
  func slow() async throws {
    let ticks = Ticks()
    let hub = ticks.hub()
    let question = try Self.question()
    let topic = try hub.join(question)
    var seen = try await topic.next(after: 0).revision
    for _ in 0..<5 {
      ticks.tick()
      seen = try await topic.next(after: seen).revision
    }
    let late = try await topic.next(after: 1).message()
    #expect(!late.full && late.intervals == 5 && late.changed.map(\.summary?.count) == [6])
    let new = try await topic.next(after: 0).message()
    #expect(new.full && new.intervals == 0)
    hub.leave(question, topic)
  }

  @Test("different questions and intervals are computed apart")
  func apart() async throws {
    let ticks = Ticks()
    let hub = ticks.hub()
    let questions = [
      try Self.question(milliseconds: 0), try Self.question(milliseconds: 1000),
      try Self.question(), try Self.question(.with { $0.names = ["a"] }),
    ]
    let topics = try questions.map { ($0, try hub.join($0)) }
    #expect(hub.questionCount == 3)
    for (question, topic) in topics {
      _ = try await topic.next(after: 0)
      hub.leave(question, topic)
    }
    #expect(hub.questionCount == 0 && ticks.computations == 3)
  }

  @Test("a report that cannot be made ends its readers; the next to ask begins anew")
  func failure() async throws {
    let ticks = Ticks()
    let hub = ticks.hub(failingAt: 2)
    let question = try Self.question()
    let topic = try hub.join(question)
    #expect(try await topic.next(after: 0).revision == 1)
    ticks.tick()
    let error = await #expect(throws: RPCError.self) { try await topic.next(after: 1) }
    #expect(error?.status.code == .unavailable && hub.questionCount == 0)
    hub.leave(question, topic)
    let other = try hub.join(question)
    #expect(other !== topic)
    hub.leave(question, other)
  }

  @Test("a reader that is cancelled waits no longer")
  func cancelled() async throws {
    let ticks = Ticks()
    let hub = ticks.hub()
    let question = try Self.question()
    let topic = try hub.join(question)
    _ = try await topic.next(after: 0)
    let reader = Task { try await topic.next(after: 1) }
    while await topic.waiterCount == 0 { await Task.yield() }
    reader.cancel()
    await #expect(throws: CancellationError.self) { try await reader.value }
    #expect(await topic.waiterCount == 0)
    hub.leave(question, topic)
  }

  @Test("a hub that closes ends its readers and takes no more")
  func closed() async throws {
    let ticks = Ticks()
    let hub = ticks.hub()
    let question = try Self.question()
    let topic = try hub.join(question)
    _ = try await topic.next(after: 0)
    async let ending: RPCStatus? = {
      do { _ = try await topic.next(after: 1) } catch let error as RPCError { return error.status }
      return nil
    }()
    await hub.close()
    #expect(try await ending == RPCStatus(.unavailable, "the server is going down"))
    #expect(throws: RPCError.self) { try hub.join(question) }
  }

  @Test("there are only so many questions")
  func tooMany() throws {
    let hub = Ticks().hub()
    let joined = try (0..<LiveLimits.questionsMax).map {
      let question = try Self.question(milliseconds: 100 + Int64($0))
      return (question, try hub.join(question))
    }
    let error = #expect(throws: RPCError.self) {
      try hub.join(try Self.question(milliseconds: 99_999))
    }
    #expect(error?.status.code == .resourceExhausted)
    for (question, topic) in joined { hub.leave(question, topic) }
  }

  @Test("while slow readers hold too much, others miss updates, and new ones are refused")
  func memory() async throws {
    let ticks = Ticks()
    let hub = ticks.hub(bytesMax: 64)
    let question = try Self.question()
    let topic = try hub.join(question)
    var held: [LiveUpdate] = [try await topic.next(after: 0)]
    while held.reduce(0, { $0 + $1.framed.count }) + held[0].framed.count <= 64 {
      ticks.tick()
      held.append(try await topic.next(after: held[held.count - 1].revision))
    }
    let latest = held[held.count - 1].revision
    async let next = topic.next(after: latest)
    while await topic.waiterCount == 0 { await Task.yield() }
    ticks.tick()
    while ticks.computations <= Int(latest) { await Task.yield() }
    #expect(await topic.waiterCount == 1)
    let error = await #expect(throws: RPCError.self) { try await topic.next(after: 0) }
    #expect(error?.status.code == .resourceExhausted)
    held = []
    ticks.tick()
    #expect(try await next.message().intervals == 2)
    hub.leave(question, topic)
  }

  /// Updates that were kept for others to share once counted until the next revision, so that a
  /// quiet report with a long interval kept new readers of all others out.
  @Test("an update that has been taken counts no more, whatever the interval")
  func taken() async throws {
    let hub = Ticks().hub(bytesMax: 1)
    let questions = [try Self.question(), try Self.question(milliseconds: 1000)]
    let topics = try questions.map { try hub.join($0) }
    for topic in topics + topics {
      #expect(try await topic.next(after: 0).message().full)
    }
    for (question, topic) in zip(questions, topics) { hub.leave(question, topic) }
  }

  @Test(
    "requests that are none are refused",
    arguments: [
      StreamRequest.with { $0.intervalMilliseconds = 99 },
      StreamRequest.with { $0.intervalMilliseconds = -1 },
      StreamRequest.with { $0.intervalMilliseconds = .max },
      StreamRequest.with { $0.question = .with { $0.pageSize = 1 } },
      StreamRequest.with { $0.question = .with { $0.asOf = 1 } },
      StreamRequest.with { $0.question = .with { $0.globs = ["[a"] } },
    ])
  func invalid(request: StreamRequest) {
    let error = #expect(throws: RPCError.self) {
      try LiveQuestion(request.encoded(), .standard, now: 1_000_000)
    }
    #expect(error?.status.code == .invalidArgument)
  }
}
