// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Testing

@testable import TributaryClient

/// A point as it is on the wire.
struct WirePoint: Hashable {
  var series: TributaryClient.Series
  var value: Double
  var time: Int64
}

extension PointBatch {
  /// The points, read the slow and obvious way.
  func points() throws -> [WirePoint] {
    try #require(seriesIndices.count == values.count)
    try #require(timeDeltas.isEmpty || timeDeltas.count == values.count)
    var time = firstTime
    return values.indices.map { index in
      if !timeDeltas.isEmpty { time += timeDeltas[index] }
      let series = series[Int(seriesIndices[index])]
      let kind = TributaryClient.Kind.allCases.first { $0.wire == series.kind } ?? .unspecified
      return WirePoint(
        series: TributaryClient.Series(series.metric, labels: series.labels, kind: kind),
        value: values[index], time: time)
    }
  }
}

extension BatchAck {
  /// All points of a batch are accepted.
  init(of batch: PointBatch, rejected: Int = 0) {
    self.init()
    sequence = batch.sequence
    pointsReceived = Int64(batch.values.count - rejected)
    pointsRejected = Int64(rejected)
  }
}

extension TributaryClient.Statistics {
  /// What must always hold.
  var adds: Bool { recorded == acknowledged + rejected + dropped + waiting && waiting >= 0 }
}

extension TributaryClient.Options {
  /// Defaults, with changes.
  static func with(_ change: (inout Self) -> Void) -> Self {
    var options = Self()
    change(&options)
    return options
  }
}

/// A queue at work, with its clock. A class, so that expectations can be about what changes it.
final class QueueBench {
  private var queue: BatchQueue
  var now = ContinuousClock.Instant.now

  init(_ change: (inout TributaryClient.Options) -> Void = { _ in }) {
    queue = BatchQueue(name: "me", options: .with(change))
  }

  var statistics: TributaryClient.Statistics { queue.statistics }
  var bytes: Int { queue.bytes }
  var confirmed: UInt64 { queue.confirmed }
  var isEmpty: Bool { queue.isEmpty }

  func record(_ metric: String, _ value: Double = 1, time: Int64 = 1_700_000_000)
    -> BatchQueue.OnRecord
  {
    record(TributaryClient.Series(metric), value, time: time)
  }

  func record(_ series: TributaryClient.Series, _ value: Double, time: Int64)
    -> BatchQueue.OnRecord
  {
    queue.record(series, value, time: time, now: now)
  }

  func next() -> BatchQueue.Next { queue.next(now: now) }

  /// The next message, if there is one now.
  func send() throws -> PointBatch? {
    guard case .send(let bytes) = next() else { return nil }
    return try PointBatch(decoding: bytes)
  }

  /// All messages that there are now.
  func sendAll() throws -> [PointBatch] {
    var all: [PointBatch] = []
    while let batch = try send() { all.append(batch) }
    return all
  }

  /// Records a point in a batch of its own and sends that.
  func sendOne(_ metric: String) throws -> PointBatch? {
    _ = record(metric)
    _ = flush()
    return try send()
  }

  func flush() -> Int { queue.flush() }
  func isSettled(through ticket: Int) -> Bool { queue.isSettled(through: ticket) }
  func missing(through ticket: Int) -> Int { queue.missing(through: ticket) }
  func acknowledge(_ ack: BatchAck) -> Bool { queue.acknowledged(ack, now: now) }
  func isStalled(after time: Duration = .zero) -> Bool { queue.isStalled(now: now + time) }
  func streamEnded() { queue.streamEnded() }
  func streamRefused() -> BatchQueue.OnRefusal { queue.streamRefused() }
  func takeEvents() -> [TributaryClient.Event] { queue.takeEvents() }
  func beginClosing() { queue.beginClosing() }
  func abandon() -> (sent: Int, unsent: Int) { queue.abandon() }
}
