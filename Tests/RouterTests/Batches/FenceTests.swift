// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit
import Testing

@testable import Router

@Suite("fences of batches")
struct FenceTests {
  private let client: [UInt8] = [1]

  private func copy(_ sequence: UInt64 = 1, age: UInt32, confirmed: UInt64 = 0) -> RowOrigin {
    RowOrigin(client: client, sequence: sequence, confirmed: confirmed, age: age, points: 4)
  }

  private func rows(_ rows: Int...) -> RowSet {
    var set = RowSet(rows: 4)
    for row in rows { set.insert(row) }
    return set
  }

  @Test("rows that a later copy takes elsewhere are not this node's any more")
  func superseded() {
    var marks = BatchMarks(keepSeconds: 100)
    let answer = marks.fence(client, 1, age: 5, rows(0, 1), now: 0)
    #expect(answer == .rows(rows()))
    let late = marks.claimForwarded(copy(age: 0), rows(0, 1, 2), now: 0)
    #expect(late == .granted(BatchMarks.Grant(rows(2), superseded: rows(0, 1))))
    let same = marks.claimForwarded(copy(age: 5), rows(0), now: 0)
    #expect(same == .granted(BatchMarks.Grant(rows(0))))
    let later = marks.claimForwarded(copy(age: 9), rows(0, 1, 2), now: 0)
    #expect(later == .granted(BatchMarks.Grant(rows(1))))
  }

  @Test("a younger copy is not to bring fenced rows to anyone, but for those that came before")
  func withheld() {
    var marks = BatchMarks(keepSeconds: 100)
    #expect(marks.superseded(copy(age: 0), rows(0, 1)).isEmpty)
    _ = marks.claimForwarded(copy(age: 0), rows(3), now: 0)
    _ = marks.fence(client, 1, age: 5, rows(0, 1, 3), now: 0)
    #expect(marks.superseded(copy(age: 4), rows(0, 2, 3)) == rows(0))
    #expect(marks.superseded(copy(age: 5), rows(0, 2, 3)).isEmpty)
    #expect(marks.superseded(copy(2, age: 0), rows(0)).isEmpty)
  }

  @Test("what was taken before is told, and is repeated, not superseded")
  func taken() {
    var marks = BatchMarks(keepSeconds: 100)
    _ = marks.claimForwarded(copy(age: 0), rows(0), now: 0)
    let first = marks.fence(client, 1, age: 5, rows(0, 1), now: 0)
    #expect(first == .rows(rows(0)))
    // The row is rejected after all; the copy is still too young to take it once more.
    _ = marks.settle(client, 1, without: [0], now: 0)
    #expect(marks.taken(client, 1, rows(0, 1)) == .rows(rows()))
    let again = marks.claimForwarded(copy(age: 1), rows(0), now: 0)
    #expect(again == .granted(BatchMarks.Grant(rows(), superseded: rows(0))))
  }

  @Test("the client's word, a batch taken whole and one forgotten are told")
  func told() {
    var marks = BatchMarks(keepSeconds: 100)
    _ = marks.claimSent(copy(1, age: 0), .all(of: 4), now: 0)
    _ = marks.settle(client, 1, without: [], now: 0)
    #expect(marks.taken(client, 1, rows(2)) == .rows(rows(2)))
    _ = marks.claimSent(copy(2, age: 0), rows(1), now: 0)
    _ = marks.settle(client, 2, without: [], now: 0)
    let forgotten = marks.fence(client, 2, age: 3, rows(2), now: 101)
    #expect(forgotten == .forgotten)
    _ = marks.claimSent(copy(4, age: 0, confirmed: 3), rows(1), now: 101)
    let confirmed = marks.fence(client, 3, age: 3, rows(2), now: 101)
    #expect(confirmed == .confirmed)
  }

  @Test("a fence is forgotten like any mark, and its bytes are given back")
  func forgotten() {
    var marks = BatchMarks(keepSeconds: 100)
    _ = marks.claimSent(copy(age: 0), rows(1), now: 0)
    _ = marks.settle(client, 1, without: [], now: 0)
    _ = marks.fence(client, 1, age: 3, rows(2), now: 50)
    _ = marks.fence(client, 2, age: 3, rows(2), now: 50)
    #expect(marks.markCount == 2)
    _ = marks.fence(client, 3, age: 3, rows(2), now: 151)
    #expect(marks.taken(client, 1, rows(2)) == .forgotten)
    #expect(marks.taken(client, 2, rows(2)) == .forgotten)
    #expect(marks.markCount == 1)
    _ = marks.fence(client, 4, age: 3, rows(2), now: 252)
    _ = marks.fence(client, 5, age: 3, rows(2), now: 353)
    #expect(marks.markCount == 1 && marks.bytes < 300)
  }

  /// Copies of a few batches go to nodes that see their owners differently each time, are delayed,
  /// lost on the way, and asked for: each row counts at most once, and once if a copy is acked.
  @Test(
    "each row counts once, whatever nodes take for its owner", arguments: 0..<200 as Range<UInt64>)
  func moving(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let nodes = 4
    var marks = (0..<nodes).map { _ in BatchMarks(keepSeconds: 1000) }
    var counts = [Int](repeating: 0, count: 8)
    var acked = Set<Int>()
    var underWay: [(node: Int, copy: RowOrigin, rows: RowSet)] = []
    var wanted: [UInt32: (missing: Set<Int>, isDoomed: Bool)] = [:]

    func deliver(_ index: Int) {
      let frame = underWay.remove(at: index)
      guard
        case .granted(let grant) = marks[frame.node].claimForwarded(frame.copy, frame.rows, now: 0)
      else {
        Issue.record("a small batch is never whole on one node")
        return
      }
      for row in 0..<8 where grant.rows.contains(row) { counts[row] += 1 }
      for row in 0..<8 where frame.rows.contains(row) {
        wanted[frame.copy.age]?.missing.remove(row)
        if grant.superseded.contains(row) { wanted[frame.copy.age]?.isDoomed = true }
      }
      _ = marks[frame.node].settle(frame.copy.client, 1, without: [], now: 0)
    }

    for age in 0..<12 as Range<UInt32> {
      let copy = RowOrigin(client: [1], sequence: 1, confirmed: 0, age: age, points: 9)
      let owners = (0..<8).map { _ in Int.random(in: 0..<nodes, using: &random) }
      var repeated = RowSet(rows: 9)
      if age > 0 {
        for node in 0..<nodes {
          if Bool.random(using: &random), !underWay.isEmpty {
            deliver(Int.random(in: underWay.indices, using: &random))
          }
          var rows = RowSet(rows: 9)
          for row in 0..<8 where owners[row] != node { rows.insert(row) }
          guard case .rows(let taken) = marks[node].fence([1], 1, age: age, rows, now: 0) else {
            Issue.record("nothing is forgotten or confirmed")
            return
          }
          repeated.formUnion(taken)
        }
      }
      wanted[age] = ([], false)
      for node in 0..<nodes {
        var rows = RowSet(rows: 9)
        for row in 0..<8 where owners[row] == node && !repeated.contains(row) { rows.insert(row) }
        guard !rows.isEmpty else { continue }
        for row in 0..<8 where rows.contains(row) { wanted[age]!.missing.insert(row) }
        underWay.append((node, copy, rows))
      }
      while Bool.random(using: &random), !underWay.isEmpty {
        deliver(Int.random(in: underWay.indices, using: &random))
      }
      // Whoever was to deliver it dies.
      if Int.random(in: 0..<3, using: &random) == 0 { underWay.removeAll { $0.copy.age == age } }
      if let copy = wanted[age], copy.missing.isEmpty, !copy.isDoomed { acked.formUnion(0..<8) }
    }
    while !underWay.isEmpty { deliver(0) }
    #expect(counts.allSatisfy { $0 <= 1 }, "\(counts)")
    if !acked.isEmpty { #expect(counts.allSatisfy { $0 == 1 }, "\(counts)") }
  }
}
