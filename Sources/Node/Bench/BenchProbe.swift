// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf

/// Times single calls, one after the other. Durations are in seconds.
struct BenchProbe: Sendable {
  let client: NodeClient

  /// Streams of one point, from opening to Ack.
  func acks(_ count: Int) async throws -> PercentileRecorder {
    var frames = PointFrames()
    frames.append(name: "bench.probe", value: 1, time: 0)
    let run = frames.bytes
    var recorder = PercentileRecorder()
    for _ in 0..<count {
      let start = ContinuousClock.now
      _ = try await client.push(run)
      recorder.record((ContinuousClock.now - start).inSeconds)
    }
    return recorder
  }

  /// Summaries of everything, in one message each.
  func summaries(_ count: Int) async throws -> PercentileRecorder {
    var recorder = PercentileRecorder()
    for _ in 0..<count { recorder.record(try await timedSummary()) }
    return recorder
  }

  /// The same, again and again with a pause, until the task is cancelled.
  func summaries(every pause: Duration) async throws -> PercentileRecorder {
    var recorder = PercentileRecorder()
    while !Task.isCancelled {
      do {
        recorder.record(try await timedSummary())
        try await Task.sleep(for: pause)
      } catch {
        guard Task.isCancelled else { throw error }
      }
    }
    return recorder
  }

  /// Bytes of the summary of everything.
  func summaryBytes() async throws -> Int { try await client.summaryBytes(Self.everything).count }

  private static let everything = SummaryRequest.with { $0.bytesMax = 1 << 30 }

  private func timedSummary() async throws -> Double {
    let start = ContinuousClock.now
    _ = try await client.summaryBytes(Self.everything)
    return (ContinuousClock.now - start).inSeconds
  }
}
