// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Shard

@testable import Node

/// Loops and shards without a network: what a node has between its connections and its windows.
final class IngestBench: Sendable {
  static let now: Int64 = 1_700_000_000

  let group: EventLoopGroup
  let seats: [ShardSeat]
  let ingests: [LoopIngest]

  init(
    loops: Int, shards: Int, seriesMax: Int = 1_000_000, shardsOnLastLoop: Bool = false,
    hotSamples: Int = HotNames.samplesDefault
  ) {
    let group = EventLoopGroup(loops: loops)
    let budget = SeriesBudget(seriesMax: seriesMax)
    let seats = (0..<shards).map { index in
      let loop = shardsOnLastLoop ? loops - 1 : index % loops
      return ShardSeat(on: group.loops[loop], shape: .standard, budget: budget)
    }
    let rules = IngestRules(
      shape: .standard, nameBytesMax: 64, seriesMax: seriesMax, now: { IngestBench.now },
      hotSamples: hotSamples)
    self.group = group
    self.seats = seats
    ingests = group.loops.map { LoopIngest($0, rules, seats) }
  }

  /// Does work on a loop, as its connections do.
  func on<Value: Sendable>(_ loop: Int, _ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { done in
      group.loops[loop].execute { done.resume(returning: work()) }
    }
  }

  /// Shards that have something of a name.
  func shards(with name: String) async -> Int {
    var found = 0
    for seat in seats {
      let report = await seat.aggregator.report(now: Self.now)
      if (0..<report.count).contains(where: { report.name($0) == name }) { found += 1 }
    }
    return found
  }

  /// The counts of all series, by name.
  func counts() async -> [String: Int64] {
    var counts: [String: Int64] = [:]
    for seat in seats {
      let report = await seat.aggregator.report(now: Self.now)
      for row in 0..<report.count { counts[report.name(row), default: 0] += report.counts[row] }
    }
    return counts
  }
}

/// A client's stream as far as the ingest sees it. Touched on its loop only; what it was answered
/// is awaited from tests.
final class TestStream: PointCall, @unchecked Sendable {
  struct Answer: Sendable {
    var status: RPCStatus
    var ack: Ack?
  }

  let loop: Int
  /// Flow-control bytes that were given in and given back.
  private(set) var creditTaken = 0
  private(set) var creditReturned = 0
  private(set) var answer: Answer?
  private var sink: PushSink?
  weak var watchedSink: PushSink?

  init(_ bench: IngestBench, loop: Int) {
    self.loop = loop
    let sink = PushSink(self, bench.ingests[loop])
    self.sink = sink
    watchedSink = sink
  }

  func receive(_ bytes: [UInt8]) {
    // The run lies somewhere in a larger buffer.
    let buffer = [1, 2, 3] + bytes + [4]
    creditTaken += bytes.count
    sink?.received(buffer.span.bytes, range: 3..<3 + bytes.count, windowBytes: bytes.count)
  }

  func end() { sink?.receivedEnd() }

  func askToEnd(_ status: RPCStatus) {
    let waits = sink?.askedToEnd(status)
    precondition(waits == true, "the sink ends by itself")
  }

  /// The client is gone; its connection forgets the call.
  func die() {
    if answer == nil { _ = sink?.failed(RPCStatus(.cancelled)) }
    sink = nil
  }

  func returnCredit(_ bytes: Int) { creditReturned += bytes }

  func finish(_ status: RPCStatus, message: [UInt8]?) {
    precondition(answer == nil, "answered twice")
    do {
      answer = Answer(status: status, ack: try message.map { try Ack(decoding: $0) })
    } catch {
      preconditionFailure("the answer is no Ack: \(error)")
    }
  }
}
