// SPDX-License-Identifier: Apache-2.0
import Router

/// A membership whose steps can stand inside of expectations, which take no mutating calls.
final class MembershipScript {
  private var membership: Membership

  init(own: NodeIdentity, address: String, weight: Int = 1, retentionSeconds: Int64) {
    membership = Membership(
      own: own, ownAddress: address, weight: weight, retentionSeconds: retentionSeconds)
  }

  var view: ClusterView { membership.view }
  var issues: [String] { membership.issues }
  var roster: [(member: Member, role: MemberRole)] { membership.roster }
  var departedIdentities: [NodeIdentity] { membership.departedIdentities }

  @discardableResult
  func configured(_ members: [Member], at now: Int64) -> Bool {
    membership.configured(members, at: now)
  }

  @discardableResult
  func leaving(_ identity: NodeIdentity, at now: Int64) -> Bool {
    membership.leaving(identity, at: now)
  }

  @discardableResult
  func staying(_ identity: NodeIdentity, at now: Int64) -> Bool {
    membership.staying(identity, at: now)
  }

  @discardableResult
  func departed(_ identity: NodeIdentity, at now: Int64) -> Bool {
    membership.departed(identity, at: now)
  }

  @discardableResult
  func met(_ identity: NodeIdentity, at now: Int64) -> OnMet { membership.met(identity, at: now) }

  @discardableResult
  func tick(at now: Int64) -> Bool { membership.tick(at: now) }
}
