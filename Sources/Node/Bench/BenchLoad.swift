// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Synchronization

/// The streams that load the node.
struct BenchLoad: Sendable {
  let clients: [NodeClient]
  let tape: BenchTape
  /// Nil: points are sent one by one.
  var batches: BenchBatchTape?
  let plan: BenchPlan
  /// Where the streams' tasks run: beside their connections, so that the load takes no more threads
  /// than it has loops.
  let executors: [LoopTaskExecutor]

  /// What one stream, or all together, came to.
  struct Outcome: Sendable {
    var received: Int64 = 0
    var rejected: Int64 = 0
    /// From a stream's end to its Ack, seconds.
    var acks = PercentileRecorder()
    var seconds = 0.0
    var clientSeconds = 0.0
    var serverSeconds: Double?
  }

  /// Points handed to the connections so far, for the progress bar.
  private final class Sent: Sendable {
    let points = Atomic<Int>(0)
  }

  /// Sends so many points over all streams at once, and waits for every Ack.
  func run(points: Int, title: String) async throws -> Outcome {
    let sent = Sent()
    let progress = Task { await show(sent, total: points, title: title) }
    defer { progress.cancel() }
    let outcome = try await withThrowingTaskGroup(of: Outcome.self) { tasks in
      for stream in 0..<plan.connections * plan.streams {
        let share = plan.share(of: points, stream: stream)
        guard share > 0 else { continue }
        tasks.addTask(executorPreference: executors[stream % executors.count]) {
          try await send(share, stream: stream, sent)
        }
      }
      return try await tasks.reduce(into: Outcome()) { total, one in
        total.received += one.received
        total.rejected += one.rejected
        total.acks.merge(one.acks)
      }
    }
    progress.cancel()
    await progress.value
    return outcome
  }

  private func send(_ points: Int, stream: Int, _ sent: Sent) async throws -> Outcome {
    if let batches {
      return try await sendBatches(batches, points: points, stream: stream) {
        sent.points.add($0, ordering: .relaxed)
      }
    }
    let call = try await clients[stream % clients.count]
      .push(messagesPerFrameMax: plan.messagesPerFrame == 0 ? nil : plan.messagesPerFrame)
    // Streams start at different places, so that they do not send the same names at a time.
    let start = stream * tape.pieces.count / (plan.connections * plan.streams)
    try await tape.run(start: start, points: points) { piece, count in
      try await call.send(piece)
      sent.points.add(count, ordering: .relaxed)
    }
    var outcome = Outcome()
    let end = ContinuousClock.now
    let ack = try await call.finish()
    outcome.acks.record((ContinuousClock.now - end).inSeconds)
    outcome.received = ack.pointsReceived
    outcome.rejected = ack.pointsRejected
    return outcome
  }

  private func show(_ sent: Sent, total: Int, title: String) async {
    guard Output.standardError.isTerminal else { return }
    var line = ProgressLine()
    while (try? await Task.sleep(for: .milliseconds(100))) != nil {
      let done = sent.points.load(ordering: .relaxed)
      line.update {
        ProgressBar.bar(done: done, total: total, unit: title, seconds: $0, columns: $1)
      }
    }
    line.clear()
  }
}
