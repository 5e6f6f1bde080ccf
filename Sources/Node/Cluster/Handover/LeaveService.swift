// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import RPCServices
import Router

/// What a membership has to know of peers that leave.
protocol ClusterMembershipPort: Sendable {
  /// A peer gets no more points from now on.
  ///
  /// - Returns: points that are still on their way from here to it, those kept for it included.
  func leaving(_ identity: Router.NodeIdentity) async -> UInt64
  /// A peer stays after all.
  func staying(_ identity: Router.NodeIdentity) async
  /// A peer has left for good: others hold what it had.
  func left(_ identity: Router.NodeIdentity) async
  /// Lives that have left.
  func departed() async -> [Router.NodeIdentity]
  /// Counts the changes of the membership.
  func epoch() async -> UInt64
}

/// Serves `Leave`: takes note of what a peer says of its leaving.
struct LeaveService: Sendable {
  let cluster: String
  let membership: any ClusterMembershipPort
  let held: HeldWindows

  /// The method, as a service takes it.
  var method: ServiceMethod {
    .unary(PeerService.leave) { notice, _ in try await answer(notice) }
  }

  /// - Throws: FAILED_PRECONDITION for another cluster's peer, INVALID_ARGUMENT for a notice that
  ///   is none.
  func answer(_ notice: LeaveNotice) async throws(RPCError) -> LeaveReply {
    guard notice.cluster == cluster else {
      throw RPCError(
        .failedPrecondition,
        "this node belongs to the cluster \(cluster), and not to \(notice.cluster)")
    }
    guard let identity: Router.NodeIdentity = notice.node.flatMap({ Router.NodeIdentity($0) })
    else { throw RPCError(.invalidArgument, "a notice of nobody") }
    var reply = LeaveReply()
    switch notice.phase {
    case .leaving: reply.pointsUnderWay = await membership.leaving(identity)
    case .left: await membership.left(identity)
    case .staying:
      await held.stayed(identity)
      await membership.staying(identity)
    default: throw RPCError(.invalidArgument, "a notice without a phase")
    }
    reply.epoch = await membership.epoch()
    reply.departed = (await membership.departed() + (await held.leftOrigins)).map(\.wire)
    return reply
  }
}
