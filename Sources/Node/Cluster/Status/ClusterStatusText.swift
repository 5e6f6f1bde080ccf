// SPDX-License-Identifier: Apache-2.0
import Proto
import Router

/// The accounts of a cluster's nodes as text.
enum ClusterStatusText {
  /// The text, which ends in a line feed.
  static func write(_ status: ClusterStatus, as format: StatusFormat) -> String {
    switch format {
    case .table: table(status)
    case .json: json(status)
    }
  }

  /// A heading, a table of nodes, one of links if there are any, and what else is to be said.
  private static func table(_ status: ClusterStatus) -> String {
    var blocks = [[heading(status)], nodeTable(status).lines()]
    let links = linkTable(status)
    if !links.rows.isEmpty { blocks.append(links.lines()) }
    let notes = notes(status)
    if !notes.isEmpty { blocks.append(notes.map(Printable.line)) }
    return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private static func heading(_ status: ClusterStatus) -> String {
    let silent = status.nodes.count { !$0.error.isEmpty }
    let cluster = status.cluster.isEmpty ? "no cluster" : "cluster \(status.cluster)"
    let nodes = "\(status.nodes.count) \(status.nodes.count == 1 ? "node" : "nodes")"
    return Printable.line(
      silent == 0 ? "\(cluster): \(nodes)" : "\(cluster): \(nodes), \(silent) without answer")
  }

  // MARK: Nodes

  private static let nodeTitles = [
    "NODE", "PHASE", "EPOCH", "PARTITIONS", "SERIES", "RECEIVED", "APPLIED", "FORWARDED",
    "IN FLIGHT", "HINTED", "REJECTED", "GIVEN UP", "REPEATED", "IMBALANCE", "FROM PEERS",
  ]

  private static func nodeTable(_ status: ClusterStatus) -> Table {
    var table = Table(titles: nodeTitles)
    var sum = NodeStatus()
    let answered = status.nodes.filter(\.error.isEmpty)
    for node in status.nodes {
      guard node.error.isEmpty else {
        let blanks = [String](repeating: "-", count: nodeTitles.count - 2)
        table.append([node.id, "no answer"] + blanks)
        continue
      }
      table.append([node.id, node.phase, count(node.epoch)] + figures(node))
      sum.partitions &+= node.partitions
      sum.series &+= node.series
      var ledger = sum.ledger ?? Ledger()
      ledger.add(node.ledger ?? Ledger())
      sum.ledger = ledger
    }
    if answered.count > 1 { table.append(["(sum)", "", ""] + figures(sum)) }
    return table
  }

  private static func figures(_ node: NodeStatus) -> [String] {
    let ledger = node.ledger ?? Ledger()
    let counts = [
      UInt64(node.partitions), node.series, ledger.received, ledger.applied, ledger.forwarded,
      ledger.inFlight, ledger.hinted, ledger.rejected, ledger.givenUp, ledger.repeatedPoints,
    ]
    return counts.map(count) + [String(ledger.imbalance), count(ledger.fromPeersApplied)]
  }

  // MARK: Links

  private static func linkTable(_ status: ClusterStatus) -> Table {
    var table = Table(
      titles: [
        "LINK", "STATE", "IN FLIGHT", "HINTED", "BACKLOG", "FORWARDED", "REJECTED", "GIVEN UP",
        "RESENT", "B/POINT", "RATIO",
      ])
    for node in status.nodes {
      for link in node.links {
        table.append([
          name(link, of: node), link.state, count(link.pointsInFlight), count(link.pointsHinted),
          count(link.backlogBytes), count(link.pointsForwarded), count(link.pointsRejected),
          count(link.pointsGivenUp), count(link.framesResent),
          link.wireBytesPerPoint.map { NumberText.fixed($0, 2) } ?? "-",
          link.compressionRatio.map { NumberText.fixed($0, 2) } ?? "-",
        ])
      }
    }
    return table
  }

  private static func name(_ link: LinkStatus, of node: NodeStatus) -> String {
    "\(node.id) > \(link.peerId)"
  }

  private static func count(_ count: UInt64) -> String {
    NumberText.human(count: Int64(clamping: count))
  }

  // MARK: Notes

  /// Who does not answer, why links are not live, which frames were refused, and who sees others.
  private static func notes(_ status: ClusterStatus) -> [String] {
    var notes: [String] = []
    for node in status.nodes where !node.error.isEmpty {
      notes.append("\(node.id) does not answer: \(node.error)")
    }
    for node in status.nodes {
      for link in node.links where !link.error.isEmpty {
        notes.append("\(name(link, of: node)) is \(link.state): \(link.error)")
      }
      if !node.refusals.isEmpty {
        let reasons = node.refusals.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        notes.append("\(node.id) refused streams of peers: " + reasons.joined(separator: ", "))
      }
    }
    return notes + differences(status)
  }

  /// Nodes that place points on different sets: for as long as it takes a change to get around.
  private static func differences(_ status: ClusterStatus) -> [String] {
    let views = status.nodes.filter { !$0.members.isEmpty }.map { node in
      (
        id: node.id,
        members: node.members.filter { $0.role == MemberRole.member.rawValue }.map(\.id)
      )
    }
    guard let first = views.first, views.contains(where: { $0.members != first.members })
    else { return [] }
    return ["nodes differ in whom they place points on:"]
      + views.map { "  \($0.id): " + $0.members.joined(separator: " ") }
  }
}
