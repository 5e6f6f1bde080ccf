// SPDX-License-Identifier: Apache-2.0

/// What a handshake tells about the node at the other end.
public enum OnMet: Sendable, Hashable {
  /// Met for the first time, or known in this life.
  case known
  /// It has started again: what its earlier life held is lost.
  case newLife(of: NodeIdentity)
  /// A later life is known of: this one should not talk any more.
  case stale(newest: UInt64)
  /// It handed over what it had and left for good, in this very life.
  case departed
  /// The node itself.
  case isSelf
  /// Another process has the own id and started later: this one must exit.
  case ownIDNewer
  /// Another process has the own id and started earlier: it must exit.
  case ownIDOlder
}

extension Membership {
  /// A node said who it is. A later life of a node that left is a member again, as soon as the
  /// source names it, and whoever it does not is a stranger: ``view`` may have changed. Call it
  /// again now and then while a stream stands: a stranger is forgotten when it was not met for a
  /// window.
  public mutating func met(_ identity: NodeIdentity, at now: Int64) -> OnMet {
    if identity.id == own.id {
      if identity.incarnation == own.incarnation { return .isSelf }
      return identity.incarnation > own.incarnation ? .ownIDNewer : .ownIDOlder
    }
    let known = lives[identity.id]?.incarnation
    if let known, identity.incarnation < known { return .stale(newest: known) }
    if known == nil { limitLives() }
    lives[identity.id] = Life(incarnation: identity.incarnation, met: now)
    noteUnnamed(identity.id, now)
    guard let known, identity.incarnation > known else {
      _ = renew(at: now)
      return leaves[identity.id]?.isOver == true ? .departed : .known
    }
    leaves[identity.id] = nil
    _ = renew(at: now)
    return .newLife(of: NodeIdentity(identity.id, incarnation: known))
  }

  /// A node that the source does not name counts itself as a member all the same, and may have
  /// applied points up to now.
  private mutating func noteUnnamed(_ id: NodeID, _ now: Int64) {
    guard named[id] == nil else { return }
    if let known = former[id] {
      former[id]?.until = max(known.until, now + retentionSeconds)
    } else {
      lives[id]?.strangerUntil = now + retentionSeconds
    }
  }

  /// Keeps the lives bounded, whoever knocks.
  private mutating func limitLives() {
    guard lives.count >= RouterLimits.livesMax else { return }
    let strangers = lives.filter {
      named[$0.key] == nil && former[$0.key] == nil && leaves[$0.key] == nil
    }
    let oldest = strangers.min { ($0.value.met, $0.key) < ($1.value.met, $1.key) }
    if let oldest { lives[oldest.key] = nil }
  }
}
