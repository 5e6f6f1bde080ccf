// SPDX-License-Identifier: Apache-2.0
import Proto
import TestKit
import Testing

@testable import TributaryClient

/// A cluster that counts each batch once, and remembers everything.
private struct TwinCluster {
  var applied: [UInt64: PointBatch] = [:]
  var acked: Set<UInt64> = []
  var values: [Double] = []

  mutating func take(_ batch: PointBatch) throws {
    if var before = applied[batch.sequence] {
      #expect(batch.ageMilliseconds > before.ageMilliseconds, "each copy is older")
      before.confirmed = batch.confirmed
      before.ageMilliseconds = batch.ageMilliseconds
      #expect(before == batch, "the same number always names the same points")
    } else {
      values += batch.values
    }
    #expect(batch.sequence > batch.confirmed && batch.sequence <= batch.confirmed + 1024)
    for number in 1..<batch.confirmed + 1 where batch.confirmed > 0 {
      #expect(acked.contains(number), "only what has an ack is confirmed")
    }
    applied[batch.sequence] = batch
  }
}

@Suite("A queue through any weather")
struct QueueTwinTests {
  @Test(
    "each point that was acknowledged counts once, and every other one is accounted for",
    arguments: 0..<200)
  func weather(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let policy = TributaryClient.FullBufferPolicy.allCases[seed % 3]
    let bufferBytesMax = random.int(in: 1024...4096)
    let bench = QueueBench {
      $0.batchPointsMax = random.int(in: 1...9)
      $0.batchBytesMax = 1024
      $0.bufferBytesMax = bufferBytesMax
      $0.batchesInFlightMax = random.int(in: 1...6)
      $0.whenFull = policy
    }
    var cluster = TwinCluster()
    var taken: Set<Double> = []
    var onStream: [PointBatch] = []
    var value = 0.0
    for _ in 0..<400 {
      switch random.int(in: 0...9) {
      case 0...3:
        value += 1
        if case .taken = bench.record("m\(random.int(in: 0...20))", value) { taken.insert(value) }
      case 4: bench.now += .milliseconds(random.int(in: 1...300))
      case 5: _ = bench.flush()
      case 6, 7:
        if let batch = try bench.send() {
          onStream.append(batch)
          // It is lost with its stream, or comes through.
          if !random.oneIn(5) { try cluster.take(batch) }
        }
      case 8:
        guard let place = onStream.indices.randomElement(using: &random) else { continue }
        let batch = onStream.remove(at: place)
        guard cluster.applied[batch.sequence] != nil else { continue }
        #expect(bench.acknowledge(BatchAck(of: batch)))
        cluster.acked.insert(batch.sequence)
      default:
        guard random.oneIn(4) else { continue }
        bench.streamEnded()
        onStream = []
      }
      #expect(bench.statistics.adds)
      #expect(bench.bytes <= bufferBytesMax)
    }
    bench.streamEnded()
    bench.beginClosing()
    while !bench.isEmpty {
      let batch = try #require(try bench.send())
      try cluster.take(batch)
      #expect(bench.acknowledge(BatchAck(of: batch)))
      cluster.acked.insert(batch.sequence)
    }
    #expect(bench.next() == .finished)
    let statistics = bench.statistics
    #expect(statistics.waiting == 0 && bench.bytes == 0)
    #expect(cluster.values.count == Set(cluster.values).count, "no point counts twice")
    #expect(cluster.values.count == statistics.acknowledged)
    #expect(taken.count == statistics.acknowledged + statistics.drops[.displaced, default: 0])
    #expect(taken.isSuperset(of: cluster.values))
    if policy != .dropOldest { #expect(statistics.dropped == 0) }
  }
}
