// SPDX-License-Identifier: Apache-2.0
import Proto
import Router

/// One live report of a node, as `LiveTopic` and its task in `LiveHub` have it.
final class LiveSeat {
  let interval: Int64
  /// When the first report was begun. Virtual microseconds.
  let startedAt: Int64
  var pace: LivePace
  var readers: LiveReaders
  /// In the order in which they came.
  var streams: [LiveStream] = []
  var ticketNext: UInt64 = 1
  /// The latest.
  var report: LiveComputation?
  /// A `telemetry.Report` without rows.
  var head: [UInt8] = []
  /// What has been put together of the latest revision, by what its readers have.
  var updates: [UInt64: LiveParcel] = [:]
  /// The revision before the latest.
  var previous: UInt64 = 0
  var computations = 0

  init(interval: Int64, now: Int64, tombstonesMin: Int) {
    self.interval = interval
    startedAt = now
    pace = LivePace(interval: .microseconds(interval))
    readers = LiveReaders(tombstonesMin: tombstonesMin)
  }

  /// Nobody is told any more. Breaks the circles of references.
  func end() {
    for stream in streams { stream.topic = nil }
    streams = []
    report = nil
  }

  /// How often it may have been made by now.
  func computationsMax(now: Int64) -> Int { Int((now - startedAt) / interval) + 1 }
}

/// What one computation made, as the model keeps it to compare with what readers have.
final class LiveComputation {
  let node: SimNode
  /// By life of the report: the one before has the number before.
  let number: Int
  let revision: UInt64
  let gathered: GatheredReport
  let asOf: Int64
  let known: Set<NodeID>
  /// Those that it knew when it began.
  let peers: [String]
  let beganAt: Int64
  /// What had been acked when it was begun, and could be known of when it was made.
  let acked: [UInt64]
  /// What each row says but for its rates, by series key.
  let rows: [[UInt8]: MetricSummary]

  init(
    _ node: SimNode, number: Int, revision: UInt64, _ gathered: GatheredReport, asOf: Int64,
    known: Set<NodeID>, peers: [String], beganAt: Int64, acked: [UInt64]
  ) {
    self.node = node
    self.number = number
    self.revision = revision
    self.gathered = gathered
    self.asOf = asOf
    self.known = known
    self.peers = peers
    self.beganAt = beganAt
    self.acked = acked
    rows = gathered.report.summaries
  }
}

/// An update that readers share; its bytes are free when it has been written to all.
final class LiveParcel {
  let bytes: [UInt8]
  let revision: UInt64
  /// To so many it is being written.
  var holders = 0

  init(bytes: [UInt8], revision: UInt64) {
    self.bytes = bytes
    self.revision = revision
  }
}
