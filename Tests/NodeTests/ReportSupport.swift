// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Shard
import Synchronization
import TestKit

import struct Router.NodeIdentity

@testable import Node

/// One node's windows without a server around them, at a clock that stands.
struct ReportNode {
  static let now: Int64 = 1_700_000_000
  static let shape = WindowShape.standard

  let identity: NodeIdentity
  let board: ClusterBoard
  let reports: NodeReports

  /// A node whose shards hold one point of value 1 for each of these names.
  init(
    _ id: String, members: [String], addresses: [String: String] = [:], names: [String] = [],
    held: @escaping HeldSections = { _, _ in [] }
  ) async {
    identity = NodeIdentity(Self.id(id), incarnation: 5)
    let members = members.map { Member(id: Self.id($0), address: addresses[$0] ?? "\($0):1") }
    board = ClusterBoard(
      ClusterView(
        epoch: 3, own: identity, members: members, former: [], table: PartitionTable([])))
    let placement = Placement(shards: 2)
    let shards = (0..<2).map { _ in Aggregator(executor: InlineExecutor()) }
    for (index, shard) in shards.enumerated() {
      let own = names.filter { placement.shard(Self.hash($0)) == index }
      for start in stride(from: 0, to: own.count, by: 2000) {
        let batch = PointColumns()
        for name in own[start..<min(own.count, start + 2000)] {
          let bytes = Array(name.utf8)
          let isTaken = batch.append(
            hash: Self.hash(name), nameFrom: bytes.span.bytes, range: 0..<bytes.count, value: 1,
            time: Self.now, ordinal: 0)
          precondition(isTaken)
        }
        await shard.apply(batch, now: Self.now)
      }
    }
    reports = NodeReports(shards: shards, held: held)
  }

  static func id(_ text: String) -> NodeID {
    guard let id = NodeID(text) else { preconditionFailure("no node id: \(text)") }
    return id
  }

  static func hash(_ name: String) -> UInt64 {
    let bytes = Array(name.utf8)
    return SeriesKey.hash(bytes.span.bytes, 0..<bytes.count)
  }

  /// How it answers peers.
  var peerService: PeerReportService {
    PeerReportService(cluster: "test", shape: Self.shape, board: board, node: reports) { Self.now }
  }

  /// How it answers clients.
  func summary(_ peers: any PeerReports, peerTimeout: Duration = .seconds(60)) -> SummaryService {
    SummaryService(
      node: reports,
      cluster: ClusterReports(
        cluster: "test", board: board, peers: peers, peerTimeout: peerTimeout),
      shape: Self.shape, reportBytesMax: 1 << 30
    ) { Self.now }
  }
}

extension SummaryService {
  /// The answer to a request, read.
  func page(
    _ request: SummaryRequest, deadline: ContinuousClock.Instant? = nil
  ) async throws -> SummaryPage {
    let message = ReceivedMessage(bytes: request.encoded())
    return try ReportReader.read(try await answer(message, deadline: deadline))
  }
}

/// Peers in this process, asked without a network; who is not among them refuses.
final class LocalPeers: PeerReports {
  private let services: [String: PeerReportService]
  private let asked = Mutex<[Duration]>([])

  init(_ nodes: ReportNode...) {
    services = Dictionary(
      uniqueKeysWithValues: nodes.map { ($0.identity.id.text, $0.peerService) })
  }

  /// The timeouts given so far.
  var timeouts: [Duration] { asked.withLock { $0 } }

  func ask(_ question: ReportQuestion, of peer: Member, timeout: Duration) async throws
    -> PeerAnswer
  {
    asked.withLock { $0.append(timeout) }
    guard let service = services[peer.id.text] else {
      throw RPCError(.unavailable, "connection refused")
    }
    var reader = AnswerReader()
    try await service.serve(question) { try reader.received($0) }
    return try reader.finish()
  }

  func keep(only peers: [Member], epoch: UInt64) {}
}
