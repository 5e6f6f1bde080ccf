// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Proto
import Shard
import TestKit
import Testing

@testable import Node
@testable import RPC

@Suite("The way from a loop to the shards")
struct IngestTests {
  @Test(
    "counts what a naive twin counts, whatever is in the streams and however they come",
    arguments: 0..<12 as Range<UInt64>)
  func twin(seed: UInt64) async throws {
    var random = SplitMix64(seed: seed)
    let loops = random.int(in: 1...3)
    let bench = IngestBench(loops: loops, shards: random.int(in: 1...5))
    var scripts: [StreamScript] = []
    for number in 0..<12 {
      let count = random.oneIn(3) ? 6000 : random.int(in: 0...60)
      scripts.append(StreamScript(&random, prefix: "s\(number).", messages: count))
    }
    var expected: [String: Int64] = [:]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for script in scripts {
        expected.merge(script.counts, uniquingKeysWith: +)
        var own = random.split()
        let stream = TestStream(bench, loop: own.int(in: 0...loops - 1))
        group.addTask { [own] in try await play(script, own, stream, bench) }
      }
      try await group.waitForAll()
    }
    #expect(await bench.counts() == expected)
    await bench.group.shutdown()
  }

  /// Sends a script in random runs, some of them in one turn of the loop, and checks the end.
  private func play(
    _ script: StreamScript, _ seed: SplitMix64, _ stream: TestStream, _ bench: IngestBench
  ) async throws {
    var random = seed
    let dies = random.oneIn(4)
    var runs = script.runs(&random)[...]
    while !runs.isEmpty {
      let some = Array(runs.prefix(random.int(in: 1...4)))
      runs = runs.dropFirst(some.count)
      await bench.on(stream.loop) { for run in some { stream.receive(run) } }
    }
    await bench.on(stream.loop) { if dies { stream.die() } else { stream.end() } }
    let end = try await settled(stream, bench, answers: !dies)
    #expect(end.taken == end.returned, "credit is neither lost nor made up")
    guard let answer = end.answer else { return }
    if let index = script.malformedAt {
      #expect(answer.status.code == .invalidArgument)
      let message = answer.status.message
      #expect(message.hasPrefix("message \(index) is no telemetry.Point: "))
      #expect(message.hasSuffix(" at byte 1"))
      check(try StatusDetails.decode(Ack.self, from: answer.status.details ?? []), script)
    } else {
      #expect(answer.status.code == .ok)
      check(answer.ack, script)
    }
    let counts = await bench.counts()
    for (name, count) in script.counts { #expect(counts[name] == count, "applied before the Ack") }
  }

  private func check(_ ack: Ack?, _ script: StreamScript) {
    #expect(ack?.pointsReceived == script.accepted)
    #expect(ack?.pointsRejected == script.rejected.values.reduce(0) { $0 + $1.count })
    let rejections = ack?.rejections.map { [Int64($0.reason.rawValue), $0.count, $0.firstIndex] }
    let expected = script.rejected.map { [Int64($0.rawValue), $1.count, $1.firstIndex] }
    #expect(rejections == expected.sorted { $0[0] < $1[0] })
  }

  /// Waits until all points of the stream are applied.
  private func settled(_ stream: TestStream, _ bench: IngestBench, answers: Bool) async throws
    -> (taken: Int, returned: Int, answer: TestStream.Answer?)
  {
    while true {
      let now = await bench.on(stream.loop) {
        (stream.creditTaken, stream.creditReturned, stream.answer)
      }
      if now.0 == now.1 && (now.2 != nil || !answers) { return now }
      await Task.yield()
    }
  }

  @Test("a full node rejects points of new series only, each counted in the stream it came in")
  func seriesLimit() async throws {
    let bench = IngestBench(loops: 2, shards: 3, seriesMax: 100)
    let streams = (0..<8).map { TestStream(bench, loop: $0 % 2) }
    for stream in streams {
      var frames = PointFrames()
      for point in 0..<3000 { frames.append(name: "n\(point % 1000)", value: 1, time: 0) }
      let run = frames.take()
      await bench.on(stream.loop) {
        stream.receive(run)
        stream.end()
      }
    }
    var received: Int64 = 0
    for stream in streams {
      let ack = try #require(try await settled(stream, bench, answers: true).answer?.ack)
      received += ack.pointsReceived
      #expect(ack.pointsReceived + ack.pointsRejected == 3000)
      #expect(ack.pointsReceived == 300 && ack.rejections.count == 1)
      #expect(ack.rejections.first?.hint.contains("series-max") == true)
    }
    let counts = await bench.counts()
    #expect(counts.count == 100)
    #expect(counts.values.reduce(0, +) == received)
    let known = Set(counts.keys)
    let first = (0..<1000).first { !known.contains("n\($0)") }
    for stream in streams {
      let index = await bench.on(stream.loop) { stream.answer?.ack?.rejections.first?.firstIndex }
      #expect(index == first.map(Int64.init))
    }
    await bench.group.shutdown()
  }

  @Test("nothing is answered before its points are applied, and a loop that is ahead stops reading")
  func backpressure() async throws {
    let bench = IngestBench(loops: 2, shards: 1, shardsOnLastLoop: true)
    let gate = DispatchSemaphore(value: 0)
    bench.group.loops[1].execute { gate.wait() }
    let stream = TestStream(bench, loop: 0)
    var frames = PointFrames()
    for _ in 0..<5000 { frames.append(name: "x", value: 1, time: 0) }
    let run = frames.take()
    var runs = 0
    let loop = bench.group.loops[0]
    while await !bench.on(0, { loop.isReadingPaused }) {
      await bench.on(0) { stream.receive(run) }
      runs += 1
      try #require(runs < 100)
    }
    await bench.on(0) { stream.end() }
    let isWaiting = await bench.on(0) { stream.answer == nil && stream.creditReturned == 0 }
    #expect(isWaiting)
    gate.signal()
    let end = try await settled(stream, bench, answers: true)
    #expect(end.answer?.ack?.pointsReceived == Int64(5000 * runs))
    #expect(await bench.counts() == ["x": Int64(5000 * runs)])
    let readsAgain = await bench.on(0) { !loop.isReadingPaused }
    #expect(readsAgain)
    await bench.group.shutdown()
  }

  @Test("a stream that has had its time ends once the shards have said what became of its points")
  func askedToEnd() async throws {
    let bench = IngestBench(loops: 2, shards: 1, seriesMax: 1, shardsOnLastLoop: true)
    let gate = DispatchSemaphore(value: 0)
    bench.group.loops[1].execute { gate.wait() }
    let stream = TestStream(bench, loop: 0)
    await bench.on(0) {
      var frames = PointFrames()
      for name in ["x", "y", "x"] { frames.append(name: name, value: 1, time: 0) }
      stream.receive(frames.take())
      stream.askToEnd(RPCStatus(.unavailable, "old"))
      // Too late; nobody counts it, nobody applies it.
      frames.append(name: "x", value: 1, time: 0)
      stream.receive(frames.take())
      stream.end()
    }
    let isWaiting = await bench.on(0) { stream.answer == nil }
    #expect(isWaiting)
    gate.signal()
    let answer = try #require(try await settled(stream, bench, answers: true).answer)
    #expect(answer.status.code == .unavailable && answer.status.message == "old")
    let ack = try StatusDetails.decode(Ack.self, from: answer.status.details ?? [])
    #expect(ack?.pointsReceived == 2)
    #expect(ack?.pointsRejected == 1)
    #expect(await bench.counts() == ["x": 2])
    await bench.group.shutdown()
  }

  @Test("a stream whose client died is let go once its points are applied")
  func noLeak() async throws {
    let bench = IngestBench(loops: 1, shards: 1)
    let stream = TestStream(bench, loop: 0)
    await bench.on(0) {
      var frames = PointFrames()
      frames.append(name: "x", value: 1, time: 0)
      stream.receive(frames.take())
      stream.die()
    }
    _ = try await settled(stream, bench, answers: false)
    let isGone = await bench.on(0) { stream.watchedSink == nil }
    #expect(isGone)
    #expect(await bench.counts() == ["x": 1])
    await bench.group.shutdown()
  }
}
