// SPDX-License-Identifier: Apache-2.0

extension Membership {
  /// A node is about to leave: it gets no more points, but is asked. True if the view changed.
  ///
  /// An older life than the newest known one says nothing, here and below.
  public mutating func leaving(_ identity: NodeIdentity, at now: Int64) -> Bool {
    guard isNewest(identity), leaves[identity.id]?.identity != identity else { return false }
    if let member = view.members.first(where: { $0.id == identity.id }) {
      former[identity.id] = Former(member: member, until: now + retentionSeconds)
    }
    remember(Leave(identity: identity, isOver: false, since: now))
    return renew(at: now)
  }

  /// A node that was leaving stays after all. True if the view changed.
  public mutating func staying(_ identity: NodeIdentity, at now: Int64) -> Bool {
    guard let leave = leaves[identity.id], leave.identity == identity, !leave.isOver
    else { return false }
    leaves[identity.id] = nil
    return renew(at: now)
  }

  /// A node has handed over what it had and is gone for good: nobody's points are placed on it and
  /// nobody asks it, until it is met in a later life. True if the view changed.
  ///
  /// Of a node that is not known otherwise it is no news worth keeping: nodes tell each other, and
  /// would do so for ever.
  public mutating func departed(_ identity: NodeIdentity, at now: Int64) -> Bool {
    guard isNewest(identity), isKnown(identity.id) else { return false }
    if let leave = leaves[identity.id], leave.identity == identity, leave.isOver { return false }
    former[identity.id] = nil
    remember(Leave(identity: identity, isOver: true, since: now))
    return renew(at: now)
  }

  /// Nodes that have left for good, in order of ids, at most ``RouterLimits/departedMax``: for
  /// those who may not have heard of it.
  public var departedIdentities: [NodeIdentity] {
    leaves.values.filter(\.isOver).map(\.identity).sorted { $0.id < $1.id }
  }

  /// Nodes that the source names though they have left for good, in order of ids: they may live
  /// again, and have met others only. Whoever is at their addresses is to be asked who it is.
  public var departedNamed: [Member] {
    named.values.filter { leaves[$0.id]?.isOver == true && $0.id != own.id }
      .sorted { $0.id < $1.id }
  }

  /// No later life of the node is known of.
  private func isNewest(_ identity: NodeIdentity) -> Bool {
    if identity.id == own.id { return identity.incarnation == own.incarnation }
    return identity.incarnation >= lives[identity.id]?.incarnation ?? 0
  }

  private func isKnown(_ id: NodeID) -> Bool {
    id == own.id || named[id] != nil || former[id] != nil || leaves[id] != nil || lives[id] != nil
  }

  private mutating func remember(_ leave: Leave) {
    let id = leave.identity.id
    leaves[id] = leave
    if id != own.id {
      let until = leave.isOver ? nil : lives[id]?.strangerUntil
      lives[id] = Life(
        incarnation: leave.identity.incarnation, met: leave.since, strangerUntil: until)
    }
    guard leaves.count > RouterLimits.departedMax else { return }
    let unnamed = leaves.filter { named[$0.key] == nil && $0.key != own.id && $0.key != id }
    let oldest = unnamed.min { ($0.value.since, $0.key) < ($1.value.since, $1.key) }
    if let oldest { leaves[oldest.key] = nil }
  }

  /// Forgets old news of nodes that nobody names.
  mutating func forget(before time: Int64) {
    for (id, leave) in leaves where leave.since <= time && isForgettable(id) { leaves[id] = nil }
    for (id, life) in lives where life.met <= time && isForgettable(id) && leaves[id] == nil {
      lives[id] = nil
    }
  }

  private func isForgettable(_ id: NodeID) -> Bool {
    id != own.id && named[id] == nil && former[id] == nil
  }
}
