// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Router
import Shard

/// The cluster's part of a node's account: what became of the points that went to links.
extension Cluster {
  /// What all links together did with their points. Taken before the loops' own accounts, so that
  /// what is on its way from a loop to a link counts with the loop.
  func linkTotals() async -> LinkTotals {
    var totals = retired
    for link in links.values { totals.add(await link.account) }
    totals.rerouted = rerouted
    for inbox in inboxes.values {
      let points = await inbox.points
      totals.fromPeersApplied += points.applied
      totals.fromPeersRejected += points.rejected
    }
    return totals
  }

  /// The links, in order of their peers' ids.
  func linkStatuses() async -> [LinkStatus] {
    var statuses: [LinkStatus] = []
    for (_, link) in links.sorted(by: { $0.key < $1.key }) {
      statuses.append(await link.account.status)
    }
    return statuses
  }

  /// All nodes that are known of.
  func memberStatuses() -> [MemberStatus] {
    let view = membership.view
    return membership.roster.map { member, role in
      .with {
        $0.id = member.id.text
        $0.address = member.id == own.id ? advertised?.description ?? "" : member.address
        $0.partitions = view.partitions(of: member.id)
        $0.role = role.rawValue
        $0.weight = UInt32(member.weight)
      }
    }
  }

  /// Streams that were refused, by reason.
  var refusalCounts: [String: UInt64] {
    Dictionary(uniqueKeysWithValues: refusals.map { ($0.key.name, $0.value) })
  }
}

/// What one link did with its points, at one time.
struct LinkAccount: Sendable {
  var peer: NodeID
  var counters: LinkCounters
  /// By reason: points that the peer did not take.
  var rejected: [Int64]
  var status: LinkStatus
}

extension PeerLink {
  var account: LinkAccount {
    let counters = core.counters
    let status = LinkStatus.with {
      $0.peerId = peer.text
      $0.peerIncarnation = core.peer?.incarnation ?? 0
      $0.state = core.state.rawValue
      $0.error = core.error
      $0.pointsInFlight = UInt64(counters.pointsInFlight + counters.pointsQueued)
      $0.pointsHinted = UInt64(counters.pointsHinted)
      $0.bytesInFlight = UInt64(counters.bytesInFlight + counters.bytesQueued)
      $0.bytesHinted = UInt64(counters.bytesHinted)
      $0.pointsForwarded = UInt64(counters.pointsForwarded)
      $0.pointsRejected = UInt64(counters.pointsRejected + counters.pointsShed)
      $0.pointsGivenUp = UInt64(counters.pointsGivenUp)
      $0.framesSent = UInt64(counters.framesSent)
      $0.framesResent = UInt64(counters.framesResent)
      $0.bytesSent = UInt64(counters.bytesSent)
      $0.bytesSentCompressed = UInt64(bytesCompressed)
      $0.pointsSent = UInt64(counters.pointsSent)
    }
    return LinkAccount(peer: peer, counters: counters, rejected: rejected, status: status)
  }
}

/// What all links of a node did with their points.
struct LinkTotals: Sendable {
  var taken: Int64 = 0
  var forwarded: Int64 = 0
  var inFlight: Int64 = 0
  var hinted: Int64 = 0
  var shed: Int64 = 0
  var givenUp: Int64 = 0
  var surrendered: Int64 = 0
  var repeated: Int64 = 0
  /// By reason, as owners gave it to clients.
  var rejected = [Int64](repeating: 0, count: Shard.RejectReason.slots)
  var rerouted = Rerouting.Tally()
  var fromPeersApplied: Int64 = 0
  var fromPeersRejected: Int64 = 0

  mutating func add(_ account: LinkAccount) {
    let counters = account.counters
    taken += Int64(counters.pointsTaken)
    forwarded += Int64(counters.pointsForwarded)
    inFlight += Int64(counters.pointsInFlight + counters.pointsQueued)
    hinted += Int64(counters.pointsHinted)
    shed += Int64(counters.pointsShed)
    givenUp += Int64(counters.pointsGivenUp)
    surrendered += Int64(counters.pointsSurrendered)
    repeated += Int64(counters.pointsRepeated)
    for slot in rejected.indices { rejected[slot] += account.rejected[slot] }
  }

  /// Points that came from loops, not from other links' hints: what was surrendered came back as
  /// taken by another link, or to the node itself.
  var takenFromLoops: Int64 {
    taken - (surrendered - rerouted.applied - rerouted.rejected - rerouted.repeated)
  }
}
