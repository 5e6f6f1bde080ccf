// SPDX-License-Identifier: Apache-2.0
// Its headers name timespec, too, and it is not certain to which module the compiler counts that.
import CCares
import Glibc
import TributaryClient

/// Reads, and records into a client: the loop of `tributary agent`. What to make of readings is
/// decided by the sampler, and what becomes of points by the client.
actor Agent {
  private let client: TributaryClient
  private let interval: Duration
  private var sampler: MachineSampler

  init(client: TributaryClient, sampler: MachineSampler, interval: Duration) {
    self.client = client
    self.interval = interval
    self.sampler = sampler
  }

  /// Reads every interval until cancelled.
  ///
  /// - Throws: why no node takes points, and none will.
  func run() async throws -> ExitCode {
    var next = ContinuousClock.now
    while !Task.isCancelled {
      read()
      if let failure = client.failure { throw Failure.error(failure) }
      next = max(next + interval, .now)
      try? await Task.sleep(until: next, clock: .continuous)
    }
    return .success
  }

  /// Reads twice, so that rates are known, sends, and fails when the node is away.
  func sendOnce() async throws -> ExitCode {
    do {
      try await client.connect()
      _ = sampler.samples(.read(), seconds: Self.seconds)
      try await Task.sleep(for: interval)
      read()
      try await client.flush()
    } catch let error as TributaryClient.ClientError {
      throw Failure.error(error)
    }
    return .success
  }

  private func read() {
    let time = WallTime.now.seconds
    for sample in sampler.samples(.read(), seconds: Self.seconds) {
      client.record(sample.name, sample.value, kind: .gauge, at: time)
    }
  }

  /// A clock that never goes back.
  private static var seconds: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
