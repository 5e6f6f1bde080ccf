// SPDX-License-Identifier: Apache-2.0
import Proto
import Router

extension ClusterStatusText {
  /// An object with `cluster` and `nodes`, with the names of `telemetry.ClusterStatus`. Figures
  /// that follow from others are added; what a node that does not answer has not said is left out.
  static func json(_ status: ClusterStatus) -> String {
    var writer = JSONWriter()
    writer.object { object in
      object.member("cluster", status.cluster)
      object.member("nodes", objects: status.nodes, node)
    }
    return writer.text + "\n"
  }

  private static func node(_ node: NodeStatus, _ object: inout JSONWriter) {
    object.member("id", node.id)
    guard node.error.isEmpty else { return object.member("error", node.error) }
    object.member("incarnation", node.incarnation)
    object.member("epoch", node.epoch)
    object.member("address", node.address)
    object.member("partitions", node.partitions)
    object.member("phase", node.phase)
    object.member("series", node.series)
    object.member("version", node.version)
    object.member("ledger") { ledger(node.ledger ?? Ledger(), &$0) }
    object.member("links", objects: node.links, link)
    object.member("members", objects: node.members, member)
    object.member("refusals") { refusals in
      for (reason, count) in node.refusals.sorted(by: { $0.key < $1.key }) {
        refusals.member(reason, count)
      }
    }
  }

  private static func ledger(_ ledger: Ledger, _ object: inout JSONWriter) {
    object.member("received", ledger.received)
    object.member("applied", ledger.applied)
    object.member("forwarded", ledger.forwarded)
    object.member("hinted", ledger.hinted)
    object.member("in_flight", ledger.inFlight)
    object.member("rejected", ledger.rejected)
    object.member("given_up", ledger.givenUp)
    object.member("repeated_points", ledger.repeatedPoints)
    object.member("rejections") { reasons in
      for rejection in ledger.rejections { reasons.member(rejection.word, rejection.count) }
    }
    object.member("from_peers_applied", ledger.fromPeersApplied)
    object.member("from_peers_rejected", ledger.fromPeersRejected)
    object.member("imbalance", ledger.imbalance)
  }

  private static func link(_ link: LinkStatus, _ object: inout JSONWriter) {
    object.member("peer_id", link.peerId)
    object.member("peer_incarnation", link.peerIncarnation)
    object.member("state", link.state)
    object.member("error", link.error)
    object.member("points_in_flight", link.pointsInFlight)
    object.member("points_hinted", link.pointsHinted)
    object.member("bytes_in_flight", link.bytesInFlight)
    object.member("bytes_hinted", link.bytesHinted)
    object.member("points_forwarded", link.pointsForwarded)
    object.member("points_rejected", link.pointsRejected)
    object.member("points_given_up", link.pointsGivenUp)
    object.member("frames_sent", link.framesSent)
    object.member("frames_resent", link.framesResent)
    object.member("bytes_sent", link.bytesSent)
    object.member("bytes_sent_compressed", link.bytesSentCompressed)
    object.member("points_sent", link.pointsSent)
    if let bytes = link.wireBytesPerPoint { object.member("bytes_per_point", bytes) }
    if let ratio = link.compressionRatio { object.member("compression_ratio", ratio) }
  }

  private static func member(_ member: MemberStatus, _ object: inout JSONWriter) {
    object.member("id", member.id)
    object.member("address", member.address)
    object.member("partitions", member.partitions)
    object.member("role", member.role)
    object.member("weight", member.weight)
  }
}

extension ReasonCount {
  /// The reason in lower case, without its prefix: `time_too_old`.
  fileprivate var word: String {
    let name = reason.name ?? "REASON_\(reason.rawValue)"
    return String(name.hasPrefix("REJECT_REASON_") ? name.dropFirst(14) : name[...]).lowercased()
  }
}
