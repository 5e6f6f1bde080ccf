// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import TestKit
import Testing

@testable import Node

@Suite("The batches of the bench")
struct BenchBatchTapeTests {
  private static let time: Int64 = 1_700_000_000

  /// What one message is on the wire, without its prefix.
  private static func sent(
    _ tape: BenchBatchTape, _ index: Int, points: Int, sequence: UInt64 = 1, confirmed: UInt64 = 0
  ) throws -> PointBatch {
    let message = tape.message(
      index, points: points, client: "bench-7", sequence: sequence, confirmed: confirmed)
    let framed = message.head + message.columns
    let length = framed[1..<5].reduce(0) { $0 << 8 | Int($1) }
    #expect(framed[0] == 0 && length == framed.count - 5)
    let batch = try PointBatch(decoding: Array(framed[5...]))
    var reader = PointBatchReader()
    try reader.read(framed.span.bytes, 5..<framed.count)
    try reader.check()
    #expect(reader.count == points)
    return batch
  }

  @Test("are numbered and confirmed as they are sent, and hold as many points as they say")
  func numbers() throws {
    let tape = BenchBatchTape(
      names: BenchNames.numbered(10), time: Self.time, values: .random, pointsPerBatch: 500)
    for (index, points) in [(0, 500), (3, 500), (0, 1), (7, 499)] {
      let sequence = UInt64(index) << 40 + 9
      let batch = try Self.sent(
        tape, index, points: points, sequence: sequence, confirmed: sequence - 4)
      #expect(batch.client == "bench-7" && batch.sequence == sequence)
      #expect(batch.confirmed == sequence - 4 && batch.firstTime == Self.time)
      #expect(batch.values.count == points && batch.seriesIndices.count == points)
      #expect(batch.timeDeltas.isEmpty)
      let whole = try Self.sent(tape, index, points: 500)
      #expect(batch.series == whole.series)
      #expect(batch.values == Array(whole.values.prefix(points)))
      #expect(batch.seriesIndices == Array(whole.seriesIndices.prefix(points)))
    }
  }

  @Test(
    "tell each series once and hold every name equally often",
    arguments: [(1, 100), (1000, 100), (1000, 4096), (3001, 500)])
  func series(names: Int, points: Int) throws {
    let tape = BenchBatchTape(
      names: BenchNames.numbered(names), time: Self.time, values: .random, pointsPerBatch: points)
    var counts: [String: Int] = [:]
    for index in tape.columns.indices {
      let batch = try Self.sent(tape, index, points: points)
      let metrics = batch.series.map(\.metric)
      #expect(Set(metrics).count == metrics.count && metrics.count == min(names, points))
      for series in batch.seriesIndices { counts[metrics[Int(series)], default: 0] += 1 }
    }
    #expect(Set(counts.keys) == Set(BenchNames.numbered(names)))
    #expect(counts.values.max()! - counts.values.min()! <= 1)
    #expect(abs(tape.bytesPerPoint * points - tape.columns[0].count) < points)
  }

  @Test("have values that stay, count on, or are never the same", arguments: BenchValues.allCases)
  func values(kind: BenchValues) throws {
    let tape = BenchBatchTape(
      names: BenchNames.numbered(7), time: Self.time, values: kind, pointsPerBatch: 50)
    var seen: [String: [Double]] = [:]
    for index in tape.columns.indices {
      let batch = try Self.sent(tape, index, points: 50)
      for (series, value) in zip(batch.seriesIndices, batch.values) {
        seen[batch.series[Int(series)].metric, default: []].append(value)
      }
    }
    for values in seen.values {
      let steps = Set(zip(values, values.dropFirst()).map { $1 - $0 })
      switch kind {
      case .random: #expect(Set(values).count == values.count)
      case .constant: #expect(steps == [0])
      case .step: #expect(steps == [1])
      }
    }
  }
}
