// SPDX-License-Identifier: Apache-2.0
import Router
import Shard
import TestKit

import struct Router.NodeIdentity

/// A life of the node that this letter names.
func life(_ id: String, _ incarnation: UInt64 = 1) -> NodeIdentity {
  NodeIdentity(testID(id), incarnation: incarnation)
}

/// A node id of a test.
func testID(_ text: String) -> NodeID {
  guard let id = NodeID(text) else { preconditionFailure("no node id: \(text)") }
  return id
}

extension ClusterView {
  /// A view of a cluster in which nothing needs to be placed.
  init(own: NodeIdentity, members: [String], former: [String] = [], epoch: UInt64 = 7) {
    func all(_ ids: [String]) -> [Member] {
      ids.sorted().map { Member(id: testID($0), address: "\($0):1") }
    }
    self.init(
      epoch: epoch, own: own, members: all(members), former: all(former), table: PartitionTable([]))
  }
}

extension AnswerHead {
  /// What a node says that knows these others.
  static func of(
    _ node: NodeIdentity, known: [String] = [], hinted: [String: UInt64] = [:],
    departed: [NodeIdentity] = [], handedOver: Bool = false
  ) -> AnswerHead {
    AnswerHead(
      node: node, clock: 100, epoch: 1, known: ([node.id.text] + known).map(testID),
      hinted: Dictionary(uniqueKeysWithValues: hinted.map { (testID($0), $1) }),
      departed: Set(departed), handedOver: handedOver)
  }
}

/// Series by name, as stupid twins keep them.
typealias Summaries = [String: SeriesSummary]

extension Summaries {
  /// Adds the series of another, one by one.
  mutating func add(_ other: Summaries) {
    for (name, summary) in other { self[name, default: SeriesSummary()].add(summary) }
  }

  /// Up to `count` series out of so many names; sums are whole numbers.
  static func random(_ count: Int, names: Int, _ random: inout SplitMix64) -> Summaries {
    var summaries: Summaries = [:]
    for _ in 0..<count {
      let low = Double(random.int(in: -999...999))
      let isEmpty = random.oneIn(8)
      summaries["metric.\(random.int(in: 0...names)).é"] =
        isEmpty
        ? SeriesSummary(positiveInfinities: 1, negativeInfinities: Int64(random.int(in: 0...3)))
        : SeriesSummary(
          count: Int64(random.int(in: 1...1 << 40)), sum: Double(random.int(in: -9999...9999)),
          min: low, max: low + Double(random.int(in: 0...99)),
          positiveInfinities: Int64(random.int(in: 0...1)))
    }
    return summaries
  }
}

extension AnswerSection {
  /// A section of these series.
  init(_ origin: NodeIdentity, _ summaries: Summaries) {
    self.init(origin: origin, report: PartialReport(summaries))
  }
}
