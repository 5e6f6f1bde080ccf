// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC

/// Carries out a plan: warms up, loads and measures, then times single calls on the quiet node.
struct BenchRun: Sendable {
  let target: HostPort
  let plan: BenchPlan
  /// The node's process, when it runs here.
  let serverPID: Int?

  /// Does it all, with connections of its own.
  func measure() async throws -> BenchResult {
    let group = EventLoopGroup(loops: plan.loops)
    let clients = (0..<plan.connections).map { _ in NodeClient(target, group: group) }
    let probe = BenchProbe(client: NodeClient(target, group: group))
    let result: Result<BenchResult, any Error>
    do {
      let names = try await names(probe.client)
      let time = WallTime.now.seconds
      let tape = BenchTape(
        names: names, time: time, values: plan.values, labels: plan.labels,
        hotPercent: plan.hotPercent)
      let batches =
        plan.rpc == .points
        ? nil
        : BenchBatchTape(
          names: names, time: time, values: plan.values, pointsPerBatch: plan.batchPoints)
      let load = BenchLoad(
        clients: clients, tape: tape, batches: batches, plan: plan,
        executors: group.loops.map(LoopTaskExecutor.init))
      result = .success(try await measure(load, probe))
    } catch {
      result = .failure(error)
    }
    for client in clients + [probe.client] { await client.close() }
    await group.shutdown()
    return try result.get()
  }

  private func names(_ client: NodeClient) async throws -> [String] {
    guard !plan.owners.isEmpty else { return BenchNames.numbered(plan.metrics) }
    return try await BenchNames.owned(by: plan.owners, count: plan.metrics) { names in
      try await client.locate(names).locations.map(\.owner)
    }
  }

  private func measure(_ load: BenchLoad, _ probe: BenchProbe) async throws -> BenchResult {
    _ = try await load.run(points: plan.warmUpPoints, title: "points to warm up")
    let (outcome, loaded) = try await loadAndWatch(load, probe)
    return BenchResult(
      connections: plan.connections, streams: plan.streams, metrics: plan.metrics,
      pointBytes: load.batches?.bytesPerPoint ?? load.tape.messageBytes, received: outcome.received,
      rejected: outcome.rejected,
      seconds: outcome.seconds, serverSeconds: outcome.serverSeconds,
      clientSeconds: outcome.clientSeconds, streamAcks: outcome.acks,
      acks: try await probe.acks(plan.acks), loadedSummaries: loaded,
      summaries: try await probe.summaries(plan.summaries),
      summaryBytes: try await probe.summaryBytes())
  }

  private func loadAndWatch(_ load: BenchLoad, _ probe: BenchProbe) async throws
    -> (BenchLoad.Outcome, PercentileRecorder)
  {
    let watch = Task { [plan] in
      guard let pause = plan.summaryEvery else { return PercentileRecorder() }
      return try await probe.summaries(every: pause)
    }
    defer { watch.cancel() }
    let serverBefore = serverPID.flatMap(ProcessTimes.of)
    let clientBefore = ProcessTimes.own
    let start = ContinuousClock.now
    var outcome = try await load.run(points: plan.points, title: "points")
    outcome.seconds = (ContinuousClock.now - start).inSeconds
    outcome.clientSeconds = ProcessTimes.own - clientBefore
    if let serverBefore, let serverAfter = serverPID.flatMap(ProcessTimes.of) {
      outcome.serverSeconds = serverAfter - serverBefore
    }
    watch.cancel()
    return (outcome, try await watch.value)
  }
}
