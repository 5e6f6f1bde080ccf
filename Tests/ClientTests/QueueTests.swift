// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Testing

@testable import TributaryClient

@Suite("What a client keeps and sends")
struct QueueTests {
  typealias Series = TributaryClient.Series

  @Test("a point waits for others until the interval has passed")
  func interval() throws {
    let bench = QueueBench { $0.flushInterval = .milliseconds(200) }
    let start = bench.now
    #expect(bench.record("a") == .taken(hasNews: true))
    bench.now += .milliseconds(150)
    #expect(bench.record("b") == .taken(hasNews: false))
    #expect(bench.next() == .wait(until: start + .milliseconds(200)))
    bench.now = start + .milliseconds(200)
    let batch = try #require(try bench.send())
    #expect(try batch.points().map(\.series.metric) == ["a", "b"])
    #expect(batch.client == "me" && batch.sequence == 1 && batch.confirmed == 0)
    #expect(bench.next() == .wait(until: nil))
  }

  @Test("a full batch goes at once, and a flushed one")
  func full() throws {
    let bench = QueueBench { $0.batchPointsMax = 3 }
    let results = (0..<4).map { _ in bench.record("a") }
    #expect(
      results == [
        .taken(hasNews: true), .taken(hasNews: false), .taken(hasNews: true),
        .taken(hasNews: true),
      ])
    #expect(try bench.sendAll().map(\.values.count) == [3])
    #expect(bench.flush() == 1)
    #expect(try bench.sendAll().map(\.values.count) == [1])
  }

  @Test("values, times, labels and kinds arrive as they were recorded; each series is said once")
  func content() throws {
    let bench = QueueBench()
    let series = [
      Series("cpu", labels: ["host": "a", "core": "1"], kind: .gauge), Series("é", kind: .counter),
      Series("cpu"),
    ]
    let times: [Int64] = [1_700_000_000, 1_699_999_000, 1_700_000_001, 1_700_000_001]
    var points: [WirePoint] = []
    for index in 0..<12 {
      let point = WirePoint(
        series: series[index % 3], value: Double(index) / 3, time: times[index % 4])
      _ = bench.record(point.series, point.value, time: point.time)
      points.append(point)
    }
    _ = bench.flush()
    let batch = try #require(try bench.send())
    #expect(try batch.points() == points)
    #expect(batch.series.count == 3)
  }

  @Test("names and labels that only look the same are of different series")
  func lookalikes() throws {
    let (composed, decomposed) = ("\u{E9}", "e\u{301}")
    let bench = QueueBench()
    for text in [composed, decomposed] {
      _ = bench.record(Series(text), 1, time: 1)
      _ = bench.record(Series("x", labels: [text: "y"]), 1, time: 1)
      _ = bench.record(Series("x", labels: ["y": text]), 1, time: 1)
    }
    #expect(Series(composed) != Series(decomposed) && Series(composed) == Series(composed))
    let labelled = Series("a", labels: ["b": "c", "d": "e"])
    #expect(labelled == Series("a", labels: ["d": "e", "b": "c"]))
    #expect(labelled != Series("a", labels: ["b": "e", "d": "c"]))
    _ = bench.flush()
    #expect(try #require(try bench.send()).series.count == 6)
  }

  @Test("equal times are said once, and no time is 0", arguments: [Int64(1_700_000_000), 0, -5])
  func equalTimes(time: Int64) throws {
    let bench = QueueBench()
    for _ in 0..<3 { _ = bench.record("a", time: time) }
    _ = bench.flush()
    let batch = try #require(try bench.send())
    #expect(batch.timeDeltas == [])
    #expect(batch.firstTime == max(1, time))
  }

  @Test("a batch never takes more bytes than its bound")
  func batchBytes() throws {
    let bench = QueueBench {
      $0.batchBytesMax = 1024
      $0.batchesInFlightMax = 1024
    }
    for number in 0..<1000 {
      let name = String(repeating: "n", count: number % 37)
      #expect(bench.record("\(name)\(number % 90)", time: Int64(1 + number * number)) != .dropped)
    }
    _ = bench.flush()
    let batches = try bench.sendAll()
    #expect(batches.reduce(0) { $0 + $1.values.count } == 1000)
    #expect(batches.allSatisfy { $0.encodedSize <= 1024 })
    #expect(bench.record(String(repeating: "x", count: 1024)) == .dropped)
    #expect(bench.statistics.drops == [.tooLarge: 1])
  }

  @Test("acks come in any order; the confirmed mark follows the oldest that is missing")
  func confirmed() throws {
    let bench = QueueBench()
    var batches: [PointBatch] = []
    for name in ["a", "b", "c", "d"] { batches.append(try #require(try bench.sendOne(name))) }
    var marks: [UInt64] = []
    for index in [2, 0, 1, 3] {
      #expect(bench.acknowledge(BatchAck(of: batches[index])))
      marks.append(bench.confirmed)
    }
    #expect(marks == [0, 1, 3, 4])
    #expect(try bench.sendOne("e")?.confirmed == 4)
    #expect(bench.statistics.acknowledged == 4)
  }

  @Test("what is not acknowledged is sent again in order, unchanged, with its number")
  func resent() throws {
    let bench = QueueBench()
    var batches: [PointBatch] = []
    for name in ["a", "b", "c"] { batches.append(try #require(try bench.sendOne(name))) }
    _ = bench.acknowledge(BatchAck(of: batches[1]))
    bench.streamEnded()
    // Each copy is older than the one before, if only by a millisecond.
    batches[0].ageMilliseconds = 1
    batches[2].ageMilliseconds = 1
    #expect(try bench.sendAll() == [batches[0], batches[2]])
    #expect(bench.statistics.batchesResent == 2)
    _ = bench.acknowledge(BatchAck(of: batches[0]))
    bench.streamEnded()
    bench.now += .milliseconds(500)
    batches[2].confirmed = 2
    batches[2].ageMilliseconds = 500
    #expect(try bench.sendAll() == [batches[2]])
  }

  @Test("an ack of what is not on the stream is refused")
  func unknownAcks() throws {
    let bench = QueueBench()
    let batch = try #require(try bench.sendOne("a"))
    #expect(!bench.acknowledge(BatchAck.with { $0.sequence = 2 }))
    #expect(!bench.acknowledge(BatchAck()))
    #expect(bench.acknowledge(BatchAck(of: batch)))
    #expect(!bench.acknowledge(BatchAck(of: batch)))
    #expect(bench.statistics.acknowledged == 1)
  }

  @Test("no more batches are under way than may be, counted from the confirmed mark")
  func window() throws {
    let bench = QueueBench { $0.batchesInFlightMax = 2 }
    let first = try #require(try bench.sendOne("a"))
    let second = try #require(try bench.sendOne("b"))
    #expect(try bench.sendOne("c") == nil)
    _ = bench.acknowledge(BatchAck(of: second))
    #expect(try bench.send() == nil)
    _ = bench.acknowledge(BatchAck(of: first))
    #expect(try bench.send()?.sequence == 3)
  }

  @Test("a flush is over when everything up to its ticket is")
  func flush() throws {
    let bench = QueueBench()
    _ = bench.record("a")
    let ticket = bench.flush()
    let batch = try #require(try bench.send())
    _ = bench.record("b")
    #expect(!bench.isSettled(through: ticket))
    #expect(bench.missing(through: ticket) == 1)
    #expect(bench.missing(through: bench.flush()) == 2)
    _ = bench.acknowledge(BatchAck(of: batch))
    #expect(bench.isSettled(through: ticket))
    #expect(!bench.isSettled(through: bench.flush()))
  }

  @Test("rejections are counted by reason, with the point's number among all")
  func rejections() throws {
    let bench = QueueBench()
    _ = try bench.sendOne("first")
    for _ in 0..<5 { _ = bench.record("a") }
    _ = bench.flush()
    let batch = try #require(try bench.send())
    var ack = BatchAck(of: batch, rejected: 2)
    ack.pointsHinted = 1
    ack.rejections = [
      Rejection.with {
        $0.reason = .timeTooOld
        $0.count = 2
        $0.firstIndex = 3
        $0.hint = "newer"
      }
    ]
    _ = bench.acknowledge(ack)
    let rejection = TributaryClient.Rejection(
      reason: "TIME_TOO_OLD", count: 2, firstIndex: 4, hint: "newer")
    #expect(bench.statistics.rejections == [rejection])
    #expect(bench.statistics.acknowledged == 3 && bench.statistics.hinted == 1)
    #expect(bench.takeEvents() == [.rejected([rejection]), .hinted(1)])
  }

  @Test("a node that counts nonsense does no harm", arguments: [Int64.max, .min, 7])
  func nonsense(count: Int64) throws {
    let bench = QueueBench()
    var ack = BatchAck(of: try #require(try bench.sendOne("a")))
    (ack.pointsReceived, ack.pointsRejected) = (count, count)
    (ack.pointsHinted, ack.pointsRepeated) = (count, count)
    ack.rejections = Array(
      repeating: Rejection.with {
        $0.count = count
        $0.firstIndex = count
      }, count: 2)
    #expect(bench.acknowledge(ack))
    #expect(bench.statistics.adds && bench.statistics.waiting == 0)
  }

  @Test("a malformed batch is found by sending suspects one at a time, and given up")
  func malformed() throws {
    let bench = QueueBench()
    for name in ["a", "b", "c"] { _ = try #require(try bench.sendOne(name)) }
    #expect(bench.streamRefused() == .suspected)
    let first = try #require(try bench.send())
    #expect(try bench.send() == nil)
    _ = bench.acknowledge(BatchAck(of: first))
    #expect(try bench.sendAll().map(\.sequence) == [2])
    #expect(bench.streamRefused() == .gaveUp(points: 1))
    #expect(try bench.sendOne("d")?.sequence == 3)
    #expect(try bench.sendAll() == [])
    _ = bench.acknowledge(BatchAck.with { $0.sequence = 3 })
    #expect(try bench.sendAll().map(\.sequence) == [4])
    #expect(bench.statistics.drops == [.refused: 1])
    bench.streamEnded()
    #expect(bench.streamRefused() == .unexplained)
  }

  @Test("a node is stalled when it acknowledges nothing for the timeout")
  func stalled() throws {
    let bench = QueueBench { $0.ackTimeout = .seconds(10) }
    let first = try #require(try bench.sendOne("a"))
    bench.now += .seconds(9)
    _ = try #require(try bench.sendOne("b"))
    #expect(!bench.isStalled())
    #expect(bench.isStalled(after: .seconds(1)))
    _ = bench.acknowledge(BatchAck(of: first))
    #expect(!bench.isStalled(after: .seconds(9)))
    #expect(bench.isStalled(after: .seconds(10)))
    bench.streamEnded()
    #expect(!bench.isStalled(after: .seconds(99)))
  }

  @Test("what is left when all is given up is told, and counted")
  func abandoned() throws {
    let bench = QueueBench { $0.batchPointsMax = 2 }
    _ = try #require(try bench.sendOne("sent"))
    for _ in 0..<3 { _ = bench.record("a") }
    let left = bench.abandon()
    #expect(left.sent == 1 && left.unsent == 3)
    #expect(bench.record("late") == .dropped)
    #expect(bench.statistics.drops == [.unacknowledged: 4, .closed: 1])
    #expect(bench.next() == .finished)
    #expect(bench.bytes == 0 && bench.statistics.adds)
  }
}

@Suite("A full buffer")
struct FullBufferTests {
  /// Fills the buffer with batches, of which so many have been sent.
  private func filled(_ policy: TributaryClient.FullBufferPolicy, sent: Int) throws -> QueueBench {
    let bench = QueueBench {
      $0.batchBytesMax = 1024
      $0.bufferBytesMax = 8192
      $0.batchesInFlightMax = max(1, sent)
      $0.whenFull = policy
    }
    var value = 0.0
    while bench.bytes < 7000 {
      _ = bench.record("a", value)
      value += 1
      if sent > 0 { _ = try bench.sendAll() }
    }
    return bench
  }

  @Test(
    "says so when it may not drop", arguments: [TributaryClient.FullBufferPolicy.wait, .dropNewest])
  func full(policy: TributaryClient.FullBufferPolicy) throws {
    let bench = try filled(policy, sent: 1)
    while bench.record("a") != .full {}
    #expect(bench.bytes <= 8192 && bench.statistics.dropped == 0)
    bench.streamEnded()
    let batch = try #require(try bench.send())
    _ = bench.acknowledge(BatchAck(of: batch))
    #expect(bench.record("a") != .full)
  }

  @Test("drops the oldest that were never sent, a batch at a time")
  func oldest() throws {
    let bench = try filled(.dropOldest, sent: 0)
    let before = bench.statistics.recorded
    for _ in 0..<200 { #expect(bench.record("a", -1) != .full) }
    let dropped = bench.statistics.drops[.displaced, default: 0]
    #expect(dropped > 0 && bench.bytes <= 8192)
    _ = bench.flush()
    let first = try #require(try bench.send())
    #expect(first.sequence == 1)
    #expect(first.values.first == Double(dropped))
    #expect(bench.statistics.recorded == before + 200 && bench.statistics.adds)
  }

  @Test("never drops what was sent")
  func sentStays() throws {
    let bench = try filled(.dropOldest, sent: 1024)
    var fulls = 0
    for _ in 0..<1000 {
      if bench.record("a") == .full { fulls += 1 }
      _ = bench.flush()
      _ = try bench.sendAll()
    }
    #expect(fulls > 0)
    let sent = bench.statistics.batchesSent
    bench.streamEnded()
    #expect(try bench.sendAll().map(\.sequence) == (1...UInt64(sent)).map { $0 })
  }
}
