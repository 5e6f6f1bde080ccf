// SPDX-License-Identifier: Apache-2.0
import Router

/// What the domain name system says of a name.
enum DNSAnswer: Sendable, Hashable {
  /// Addresses in numbers.
  case addresses([String])
  /// Where a service is.
  case services([DNSService])
}

/// One SRV record, without its priority and weight: the nodes of a cluster are all wanted, and
/// Kubernetes changes the weight of each whenever their number changes.
struct DNSService: Sendable, Hashable {
  /// A name without its final dot.
  var target: String
  var port: Int
  /// The addresses of the target, in numbers; none when it has none at the moment.
  var addresses: [String]
}

extension DNSAnswer {
  /// Whom the answer names. O(n log n).
  ///
  /// - Throws: ``PeerProblem`` for an answer that names nobody, or too many.
  func snapshot(of name: PeerName) throws(PeerProblem) -> MembershipSnapshot {
    let snapshot: MembershipSnapshot
    switch (self, name.kind) {
    case (.addresses(let addresses), .addresses(let port)):
      snapshot = try MembershipSnapshot(
        addresses: addresses.map { HostPort(host: $0, port: port).description })
    case (.services(let services), _):
      snapshot = try Self.snapshot(of: services)
    case (.addresses, .services):
      preconditionFailure("services were asked for")
    }
    guard snapshot.count > 0 else { throw PeerProblem("the answer is empty") }
    return snapshot
  }

  private static func snapshot(of services: [DNSService]) throws(PeerProblem) -> MembershipSnapshot
  {
    var members: [NodeID: Member] = [:]
    var names: [NodeID: String] = [:]
    var addresses: [String] = []
    // In order, so that of several records of one target always the same counts.
    for service in services.sorted(by: { ($0.target, $0.port) < ($1.target, $1.port) }) {
      // No target, or one that is no host's name: the root stands for a service that is not there.
      guard service.port > 0, HostPort(service.address) != nil else { continue }
      let target = service.target.lowercased()
      guard let id = service.id else {
        addresses.append(service.address)
        continue
      }
      if let other = names[id], other != target {
        throw PeerProblem("\(other) and \(target) would have the same id")
      }
      names[id] = target
      if members[id] == nil { members[id] = Member(id: id, address: service.address) }
    }
    return try MembershipSnapshot(members: Array(members.values), addresses: addresses)
  }
}

extension DNSService {
  /// The target's first label; nil when that is made from an address, as Kubernetes does for pods
  /// without names of their own, such as `10-1-2-3`.
  var id: NodeID? {
    let label = String(target.prefix { $0 != "." }).lowercased()
    let isAddress = label.contains("-") && label.allSatisfy { $0.isHexDigit || $0 == "-" }
    let groups = label.split(separator: "-", omittingEmptySubsequences: false).count
    return isAddress && (groups == 4 || groups == 8) ? nil : NodeID(label)
  }

  /// The first of the addresses in the order of their texts, which stays while the others change
  /// places; the name itself when there is none.
  var address: String {
    HostPort(host: addresses.min() ?? target, port: port).description
  }
}
