// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

@testable import Router

@Suite("marks handed over")
struct HandedMarksTests {
  private func copy(_ client: UInt8, _ sequence: UInt64, _ points: Int) -> RowOrigin {
    RowOrigin(client: [client], sequence: sequence, confirmed: 0, points: points)
  }

  private func hand(_ marks: BatchMarks, to other: inout BatchMarks) throws -> Int {
    var parts = MarksParts(cluster: "x")
    var messages: [[UInt8]] = []
    for handed in marks.handed { messages += parts.add(handed) }
    messages += parts.finish()
    for message in messages {
      #expect(message.count <= RouterLimits.marksPartBytesMax)
      let part = try MarksPartReader.read(message)
      #expect(part.cluster == "x")
      for handed in part.marks { other.adopt(handed, now: 0) }
    }
    return messages.count
  }

  @Test("nothing that one node has taken is taken by the other", arguments: 0..<10 as Range<UInt64>)
  func twin(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var (old, new) = (BatchMarks(keepSeconds: 1000), BatchMarks(keepSeconds: 1000))
    var taken: [String: Set<Int>] = [:]
    func claim(_ marks: inout BatchMarks) {
      let (client, sequence) = (
        UInt8.random(in: 0..<4, using: &random), UInt64.random(in: 1...20, using: &random)
      )
      var rows = RowSet(rows: 70)
      for row in 0..<70 where Int.random(in: 0..<3, using: &random) > 0 { rows.insert(row) }
      let key = "\(client)/\(sequence)"
      guard
        case .granted(let grant) = marks.claimForwarded(copy(client, sequence, 70), rows, now: 0)
      else { return }
      for row in 0..<70 where grant.rows.contains(row) {
        #expect(taken[key]?.contains(row) != true)
        taken[key, default: []].insert(row)
      }
      _ = marks.settle([client], sequence, without: [], now: 0)
    }
    for _ in 0..<100 { claim(&old) }
    // Twice is as good as once.
    for _ in 0..<2 { _ = try hand(old, to: &new) }
    for _ in 0..<300 { claim(&new) }
  }

  @Test("many batches go in several parts")
  func parts() throws {
    var (old, new) = (BatchMarks(keepSeconds: 1000), BatchMarks(keepSeconds: 1000))
    for sequence in 1...400 as ClosedRange<UInt64> {
      var rows = RowSet(rows: 65_536)
      rows.insert(Int(sequence))
      _ = old.claimForwarded(copy(1, sequence, 65_536), rows, now: 0)
      _ = old.settle([1], sequence, without: [], now: 0)
    }
    #expect(try hand(old, to: &new) > 2)
    #expect(new.handed == old.handed)
  }

  @Test(
    "what no marks can be is refused",
    arguments: [
      [0x12, 0x00],  // A client without a name.
      [0x12, 0x05, 0x0A, 0x01, 0x61, 0x1A, 0x00, 0x07],
      [0x12, 0x06, 0x0A, 0x01, 0x61, 0x1A, 0x01, 0x07],  // A first without a last.
      [0x12, 0x07, 0x0A, 0x01, 0x61, 0x1A, 0x02, 0x07, 0x05],  // They fall.
      [0x12, 0x07, 0x0A, 0x01, 0x61, 0x1A, 0x02, 0x00, 0x05],  // From 0.
      [0x12, 0x05, 0x0A, 0x01, 0x61, 0x2A, 0x00],  // A batch without a number.
      [0x12, 0x09, 0x0A, 0x01, 0x61, 0x2A, 0x04, 0x08, 0x01, 0x10, 0x09],  // Points without rows.
    ] as [[UInt8]])
  func malformed(bytes: [UInt8]) {
    #expect(throws: MarksFault.self) { try MarksPartReader.read(bytes) }
  }

  @Test("ranges of numbers are joined like sets", arguments: 0..<20 as Range<UInt64>)
  func ranges(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var ranges = SequenceRanges()
    var twin: Set<UInt64> = []
    for _ in 0..<60 {
      let first = UInt64.random(in: 1...200, using: &random)
      let last = first + UInt64.random(in: 0...9, using: &random)
      ranges.insert(first...last)
      twin.formUnion(first...last)
      #expect(Set(ranges.ranges.flatMap { Array($0) }) == twin)
      #expect(
        zip(ranges.ranges, ranges.ranges.dropFirst()).allSatisfy {
          $0.upperBound + 1 < $1.lowerBound
        })
    }
  }
}
