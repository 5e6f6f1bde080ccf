// SPDX-License-Identifier: Apache-2.0
// Its headers name timespec, too, and it is not certain to which module the compiler counts that.
import CCares
import Glibc
import Proto
import RPC
import TributaryClient

/// Reads, keeps, sends: the loop of `tributary agent`. What to make of readings, what to keep and
/// how long to wait is decided by the values it holds.
actor Agent {
  /// Points in one call at most; a backlog goes out in several.
  private static let batchMax = 5000
  /// How long one call may take.
  private static let callTimeout = Duration.seconds(10)

  private let client: NodeClient
  private let interval: Duration
  private let log: Log
  private var sampler: MachineSampler
  private var backlog: PointBacklog
  private var backoff = Backoff(first: .milliseconds(500), longest: .seconds(30))
  private var isAway = false
  private var hasSent = false

  init(
    client: NodeClient, sampler: MachineSampler, interval: Duration, backlog: PointBacklog, log: Log
  ) {
    self.client = client
    self.sampler = sampler
    self.interval = interval
    self.backlog = backlog
    self.log = log
  }

  /// Reads every interval, and sends whenever there is something to send, until cancelled. A slow
  /// node delays no reading.
  func run() async throws -> ExitCode {
    let (readings, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    await withTaskGroup { tasks in
      tasks.addTask {
        await self.readAll(continuation)
        continuation.finish()
      }
      tasks.addTask { await self.sendAll(readings) }
    }
    return .success
  }

  private func readAll(_ continuation: AsyncStream<Void>.Continuation) async {
    var next = ContinuousClock.now
    while !Task.isCancelled {
      read()
      continuation.yield()
      next = max(next + interval, .now)
      try? await Task.sleep(until: next, clock: .continuous)
    }
  }

  private func sendAll(_ readings: AsyncStream<Void>) async {
    var attempt = ContinuousClock.now
    for await _ in readings where ContinuousClock.now >= attempt {
      let wait = await send()
      attempt = .now + wait
    }
  }

  /// Reads twice, so that rates are known, sends, and fails when the node is away.
  func sendOnce() async throws -> ExitCode {
    _ = sampler.samples(.read(), seconds: Self.seconds)
    try await Task.sleep(for: interval)
    read()
    while !backlog.points.isEmpty { try await sendBatch() }
    return .success
  }

  private func read() {
    backlog.append(sampler.samples(.read(), seconds: Self.seconds), time: WallTime.now.seconds)
    let dropped = backlog.takeDropped()
    if dropped > 0 {
      log.error("points dropped: the backlog is full", ["points": .count(dropped)])
    }
  }

  /// Sends all there is. Gives back how long to wait before sending again.
  private func send() async -> Duration {
    do {
      while !backlog.points.isEmpty { try await sendBatch() }
      backoff.succeeded()
      if isAway || !hasSent { log.info("sending", ["target": .of(client.target)]) }
      (isAway, hasSent) = (false, true)
      return .zero
    } catch {
      let wait = backoff.failed(random: Double.random(in: 0...1))
      guard !Task.isCancelled else { return wait }
      log.warning(
        "the node does not take points; they are kept",
        [
          "target": .of(client.target), "reason": .string(Failure.text(error)),
          "kept": .count(backlog.points.count),
          "again_in_seconds": .double((wait.inSeconds * 10).rounded() / 10),
        ])
      isAway = true
      await client.renew()
      return wait
    }
  }

  private func sendBatch() async throws {
    let (run, range) = backlog.frames(Self.batchMax)
    do {
      let ack = try await client.push(run, timeout: Self.callTimeout)
      backlog.acknowledged(before: range.upperBound)
      noteRejections(ack)
    } catch let error as RPCError {
      guard try take(try error.partialAck(), of: range), error.status.code == .unavailable else {
        throw error
      }
    }
  }

  /// The node ended a stream early: what it has taken is not sent again.
  ///
  /// - Returns: whether it has taken anything.
  private func take(_ ack: Ack?, of range: Range<Int>) throws -> Bool {
    guard let ack else { return false }
    let (count, overflow) = ack.pointsReceived.addingReportingOverflow(ack.pointsRejected)
    guard !overflow, (0...Int64(range.count)).contains(count) else {
      throw CommandFailure("the node counts \(count) of the \(range.count) points it was sent")
    }
    backlog.acknowledged(before: range.lowerBound + Int(count))
    noteRejections(ack)
    return count > 0
  }

  private func noteRejections(_ ack: Ack) {
    if ack.pointsHinted > 0 {
      log.info(
        "the node keeps points for nodes that are away", ["points": .count(ack.pointsHinted)])
    }
    for rejection in ack.rejections.map(PushReport.Rejection.init) {
      log.warning(
        "the node rejected points",
        [
          "reason": .string(rejection.reason), "points": .count(rejection.count),
          "hint": .string(rejection.hint),
        ])
    }
  }

  /// A clock that never goes back.
  private static var seconds: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
