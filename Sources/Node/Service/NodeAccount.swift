// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Shard

/// Draws up a node's account: its ledger, its links, its membership.
struct NodeAccount: Sendable {
  let shards: [Aggregator]
  let ingests: [LoopIngest]
  let board: ClusterBoard
  /// Nil: the node is alone.
  let cluster: Cluster?

  func status() async -> NodeStatus {
    // Links first: see NodeLedger.
    let links = await cluster?.linkTotals() ?? LinkTotals()
    let linkStatuses = await cluster?.linkStatuses() ?? []
    let refusals = await cluster?.refusalCounts ?? [:]
    let members = await cluster?.memberStatuses() ?? []
    let address = await cluster?.advertised?.description ?? ""
    let ledger = NodeLedger.of(await loops(), links)
    let series = await series()
    let knowledge = board.current.knowledge
    let view = knowledge.view
    return .with {
      $0.id = view.own.id.text
      $0.incarnation = view.own.incarnation
      $0.epoch = view.epoch
      $0.address = address
      $0.partitions = view.partitions(of: view.own.id)
      $0.phase = knowledge.handedOver ? "handed-over" : view.isOwnMember ? "serving" : "leaving"
      $0.ledger = ledger
      $0.links = linkStatuses
      $0.series = UInt64(series)
      $0.version = Program.version
      $0.members = members
      $0.refusals = refusals
    }
  }

  /// All loops' accounts, each read on its loop.
  private func loops() async -> LoopLedger {
    var total = LoopLedger()
    for ingest in ingests {
      let account = await withCheckedContinuation { done in
        ingest.loop.execute { done.resume(returning: ingest.account) }
      }
      total.add(account)
    }
    return total
  }

  private func series() async -> Int {
    var series = 0
    for shard in shards { series += await shard.statistics().series }
    return series
  }
}

extension ClusterView {
  /// How many partitions a node owns. O(partitions).
  func partitions(of id: NodeID) -> UInt32 {
    guard let index = table.nodes.firstIndex(of: id) else { return 0 }
    return UInt32(table.shares[index])
  }

  /// The node itself gets points.
  var isOwnMember: Bool { table.nodes.contains(own.id) }
}
