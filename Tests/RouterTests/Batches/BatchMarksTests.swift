// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

@testable import Router

@Suite("batch marks")
struct BatchMarksTests {
  /// What every row of every batch is, by itself.
  private struct Twin {
    var claimed: [String: Set<Int>] = [:]

    mutating func claim(_ key: String, _ rows: Set<Int>) -> Set<Int> {
      defer { claimed[key, default: []].formUnion(rows) }
      return rows.subtracting(claimed[key] ?? [])
    }
  }

  private func rows(_ rows: Set<Int>, of count: Int) -> RowSet {
    var set = RowSet(rows: count)
    for row in rows { set.insert(row) }
    return set
  }

  private func copy(
    _ client: [UInt8], _ sequence: UInt64, confirmed: UInt64 = 0, age: UInt32 = 0
  ) -> RowOrigin {
    RowOrigin(client: client, sequence: sequence, confirmed: confirmed, age: age, points: 3)
  }

  private func granted(_ claim: BatchMarks.Claim) -> (rows: Set<Int>, superseded: Set<Int>)? {
    guard case .granted(let grant) = claim else { return nil }
    return (list(grant.rows), list(grant.superseded))
  }

  private func list(_ set: RowSet) -> Set<Int> { Set((0..<set.rows).filter(set.contains)) }

  @Test("grant each row once, like a twin that keeps sets", arguments: 0..<20 as Range<UInt64>)
  func twin(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var marks = BatchMarks(keepSeconds: 1000)
    var twin = Twin()
    var open: [(client: [UInt8], sequence: UInt64, granted: Set<Int>)] = []
    for _ in 0..<2000 {
      if Int.random(in: 0..<3, using: &random) == 0, !open.isEmpty {
        let claim = open.remove(at: Int.random(in: 0..<open.count, using: &random))
        let rejected = claim.granted.filter { _ in Int.random(in: 0..<8, using: &random) == 0 }
        _ = marks.settle(claim.client, claim.sequence, without: rejected, now: 0)
        twin.claimed["\(claim.client)/\(claim.sequence)"]!.subtract(rejected)
        continue
      }
      let client = [UInt8.random(in: 0..<3, using: &random)]
      let sequence = UInt64.random(in: 1...12, using: &random)
      let count = Int(sequence) * 11
      let isWhole = Bool.random(using: &random)
      let wanted = Set((0..<count).filter { _ in isWhole || Bool.random(using: &random) })
      let new = twin.claim("\(client)/\(sequence)", wanted)
      switch marks.claimForwarded(copy(client, sequence), rows(wanted, of: count), now: 0) {
      case .granted(let grant):
        #expect(list(grant.rows) == new && grant.superseded.isEmpty)
        open.append((client, sequence, new))
      case .repeated: #expect(new.isEmpty)
      case .late, .forgotten, .refused: Issue.record("not to be")
      }
    }
  }

  @Test("a batch claimed whole takes no room")
  func whole() {
    var marks = BatchMarks(keepSeconds: 1000)
    for sequence in 1...10_000 as ClosedRange<UInt64> {
      let outcome1 = marks.claimSent(copy([1], sequence), .all(of: 100), now: 0)
      #expect(outcome1 != .repeated)
      _ = marks.settle([1], sequence, without: [], now: 0)
      let outcome2 = marks.claimSent(copy([1], sequence), .all(of: 100), now: 0)
      #expect(outcome2 == .repeated)
    }
    #expect(marks.markCount == 0 && marks.bytes == 0)
  }

  @Test("rows that were not taken after all can be taken by the next copy")
  func rejected() {
    var marks = BatchMarks(keepSeconds: 1000)
    _ = marks.claimSent(copy([1], 1), .all(of: 3), now: 0)
    _ = marks.settle([1], 1, without: [1], now: 0)
    let outcome3 = marks.claimSent(copy([1], 1), .all(of: 3), now: 0)
    #expect(granted(outcome3)?.rows == list(rows([1], of: 3)))
  }

  @Test("rows that an earlier copy had claimed and did not bring are lost to those who wait for it")
  func lost() {
    var marks = BatchMarks(keepSeconds: 1000)
    _ = marks.claimSent(copy([1], 1), .all(of: 3), now: 0)
    let second = marks.claimForwarded(copy([1], 1, age: 5), .all(of: 3), now: 0)
    #expect(granted(second)?.rows == [])
    _ = marks.settle([1], 1, without: [1], now: 0)
    _ = marks.settle([1], 1, without: [], now: 0)
    #expect(list(marks.lost([1], 1, of: rows([0, 1], of: 3))) == [1])
    _ = marks.claimSent(copy([1], 1), rows([1], of: 3), now: 0)
    _ = marks.settle([1], 1, without: [], now: 0)
    #expect(marks.lost([1], 1, of: .all(of: 3)).isEmpty)
    #expect(marks.lost([2], 1, of: .all(of: 3)).isEmpty)
  }

  @Test("a copy waits until all before it are settled")
  func waiting() {
    var marks = BatchMarks(keepSeconds: 1000)
    _ = marks.claimSent(copy([1], 1), .all(of: 3), now: 0)
    _ = marks.claimSent(copy([1], 1), .all(of: 3), now: 0)
    let outcome4 = marks.settle([1], 1, without: [], now: 0)
    #expect(outcome4.isEmpty)
    let outcome5 = marks.wait([1], 1, ticket: 7)
    #expect(outcome5)
    let outcome6 = marks.settle([1], 1, without: [], now: 0)
    #expect(outcome6 == [7])
    let outcome7 = marks.wait([1], 1, ticket: 8)
    #expect(!outcome7)
  }

  @Test("what a client has confirmed is late from the client, and not from a peer that kept it")
  func confirmed() {
    var marks = BatchMarks(keepSeconds: 1000)
    _ = marks.claimSent(copy([1], 9, confirmed: 8), .all(of: 3), now: 0)
    let outcome8 = marks.claimSent(copy([1], 4), .all(of: 3), now: 0)
    #expect(outcome8 == .late)
    let outcome9 = marks.claimForwarded(copy([1], 4), .all(of: 3), now: 0)
    #expect(granted(outcome9)?.rows == list(.all(of: 3)))
  }

  @Test("old batches are forgotten: nothing more is taken of them")
  func old() {
    var marks = BatchMarks(keepSeconds: 100)
    _ = marks.claimForwarded(copy([1], 1), rows([0], of: 3), now: 0)
    _ = marks.settle([1], 1, without: [], now: 0)
    let outcome10 = marks.claimForwarded(copy([1], 1), rows([1], of: 3), now: 100)
    #expect(granted(outcome10)?.rows == list(rows([1], of: 3)))
    _ = marks.settle([1], 1, without: [], now: 100)
    _ = marks.claimForwarded(copy([1], 2), rows([1], of: 3), now: 101)
    let outcome11 = marks.claimForwarded(copy([1], 1), rows([2], of: 3), now: 101)
    #expect(outcome11 == .forgotten)
  }

  @Test("marks beyond the limit are forgotten, the oldest first")
  func bounded() {
    var marks = BatchMarks(keepSeconds: 100, bytesMax: 10_000)
    for sequence in 1...1000 as ClosedRange<UInt64> {
      _ = marks.claimForwarded(copy([1], sequence), rows([0], of: 64), now: 0)
      _ = marks.settle([1], sequence, without: [], now: 0)
    }
    #expect(marks.bytes <= 10_000 + 200)
    let outcome12 = marks.claimForwarded(copy([1], 1), rows([1], of: 64), now: 0)
    #expect(outcome12 == .forgotten)
    let outcome13 = marks.claimForwarded(copy([1], 1000), rows([1], of: 64), now: 0)
    #expect(granted(outcome13)?.rows == list(rows([1], of: 64)))
  }

  @Test("clients are bounded; idle ones make room")
  func clients() {
    var marks = BatchMarks(keepSeconds: 100, clientsMax: 2)
    for client in 1...2 as ClosedRange<UInt8> {
      _ = marks.claimSent(copy([client], 1), .all(of: 1), now: 0)
      _ = marks.settle([client], 1, without: [], now: 0)
    }
    let outcome14 = marks.claimSent(copy([3], 1), .all(of: 1), now: 50)
    #expect(outcome14 == .refused)
    let outcome15 = marks.claimSent(copy([2], 1), .all(of: 1), now: 50)
    #expect(outcome15 == .repeated)
    let outcome16 = marks.claimSent(copy([3], 1), .all(of: 1), now: 120)
    #expect(outcome16 != .refused)
    #expect(marks.clientCount == 2)
  }

  @Test("ranges of numbers are sets of numbers", arguments: 0..<10 as Range<UInt64>)
  func ranges(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var ranges = SequenceRanges()
    var twin: Set<UInt64> = []
    for _ in 0..<300 {
      let number = UInt64.random(in: 1...200, using: &random)
      ranges.insert(number)
      twin.insert(number)
      let probe = UInt64.random(in: 1...200, using: &random)
      #expect(ranges.contains(probe) == twin.contains(probe))
    }
    let runs = twin.sorted().reduce(into: 0) { $0 += twin.contains($1 - 1) ? 0 : 1 }
    #expect(ranges.count == runs)
  }
}
