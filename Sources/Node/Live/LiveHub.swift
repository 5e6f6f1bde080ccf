// SPDX-License-Identifier: Apache-2.0
import RPC
import Router
import Synchronization

/// The live reports of a node: one computation an interval for each question and interval, however
/// many readers it has. It starts with the first of them and ends with the last.
final class LiveHub: Sendable {
  /// Makes a report.
  typealias Source = @Sendable (LiveQuestion) async throws -> LivePart
  /// Waits until a time has come.
  typealias Sleep = @Sendable (ContinuousClock.Instant) async throws -> Void

  private struct Entry {
    let topic: LiveTopic
    var task: Task<Void, Never>?
    var readers = 1
    var rows = 0
  }

  private struct State {
    var entries: [LiveQuestion.Key: Entry] = [:]
    var isClosed = false
  }

  private let state = Mutex(State())
  private let memory: UntakenBytes
  private let source: Source
  private let sleep: Sleep

  /// - Parameter bytesMax: of updates that slow readers have not taken.
  init(
    bytesMax: Int, source: @escaping Source,
    sleep: @escaping Sleep = { try await Task.sleep(until: $0, clock: .continuous) }
  ) {
    memory = UntakenBytes(bytesMax: bytesMax)
    self.source = source
    self.sleep = sleep
  }

  /// How many questions are being answered.
  var questionCount: Int { state.withLock { $0.entries.count } }

  /// Joins the readers of a question; ``leave(_:_:)`` must follow.
  ///
  /// - Throws: RESOURCE_EXHAUSTED when there are too many other questions, UNAVAILABLE after
  ///   ``close()``.
  func join(_ question: LiveQuestion) throws(RPCError) -> LiveTopic {
    let joined = state.withLock { state -> Result<LiveTopic, RPCError> in
      if state.isClosed { return .failure(.goingDown) }
      if let known = state.entries[question.key]?.topic {
        state.entries[question.key]?.readers += 1
        return .success(known)
      }
      guard state.entries.count < LiveLimits.questionsMax else { return .failure(.tooMany) }
      let topic = LiveTopic(memory: memory)
      let task = Task { await run(question, topic) }
      state.entries[question.key] = Entry(topic: topic, task: task)
      return .success(topic)
    }
    return try joined.get()
  }

  /// A reader is gone.
  func leave(_ question: LiveQuestion, _ topic: LiveTopic) {
    let last = state.withLock { state -> Task<Void, Never>? in
      guard let entry = state.entries[question.key], entry.topic === topic else { return nil }
      state.entries[question.key]?.readers -= 1
      guard entry.readers == 1 else { return nil }
      state.entries[question.key] = nil
      return entry.task
    }
    last?.cancel()
  }

  /// Ends everything, with UNAVAILABLE.
  func close() async {
    let entries = state.withLock { state in
      defer { state.entries = [:] }
      state.isClosed = true
      return Array(state.entries.values)
    }
    for entry in entries {
      entry.task?.cancel()
      await entry.topic.end(.goingDown)
    }
  }

  // MARK: -

  /// Computes at its pace until there is a reason to end.
  private func run(_ question: LiveQuestion, _ topic: LiveTopic) async {
    let start = ContinuousClock.now
    var pace = LivePace(interval: question.interval)
    do {
      while true {
        try Task.checkCancellation()
        let part = try await source(question)
        try hold(part.rows.count, question, topic)
        await topic.advance(to: pace.revision, part)
        pace.made(after: start.duration(to: .now))
        try await sleep(start + pace.due)
      }
    } catch {
      guard !(error is CancellationError) else { return }
      drop(question, topic)
      await topic.end(error as? RPCError ?? RPCError(.internal, "\(error)"))
    }
  }

  /// The next to ask starts anew.
  private func drop(_ question: LiveQuestion, _ topic: LiveTopic) {
    state.withLock { state in
      guard state.entries[question.key]?.topic === topic else { return }
      state.entries[question.key] = nil
    }
  }

  /// Counts the rows of a report.
  ///
  /// - Throws: RESOURCE_EXHAUSTED when there are too many in all.
  private func hold(_ rows: Int, _ question: LiveQuestion, _ topic: LiveTopic) throws {
    let others = state.withLock { state -> Int? in
      guard state.entries[question.key]?.topic === topic else { return nil }
      state.entries[question.key]?.rows = 0
      let others = state.entries.values.reduce(0) { $0 + $1.rows }
      guard others + rows <= LiveLimits.rowsMax else { return others }
      state.entries[question.key]?.rows = rows
      return nil
    }
    guard let others else { return }
    throw RPCError(
      .resourceExhausted,
      "the live report has \(rows) series, others have \(others), and all together may have "
        + "\(LiveLimits.rowsMax); choose fewer (names, prefixes, globs, selectors)")
  }
}

extension RPCError {
  fileprivate static let goingDown = RPCError(.unavailable, "the server is going down")

  fileprivate static let tooMany = RPCError(
    .resourceExhausted,
    "\(LiveLimits.questionsMax) different live reports are made already; ask what others ask, or "
      + "with the same interval")
}
