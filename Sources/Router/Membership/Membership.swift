// SPDX-License-Identifier: Apache-2.0

/// Who belongs to the cluster, as one node sees it: what a source of membership names, corrected
/// by what the nodes themselves say of their lives and their leaving.
///
/// Only the source adds members; health never edits the set, so that a failing probe moves no
/// partition. A node that the source no longer names is former: it gets no points and is asked for
/// reports until what it holds has left the window. One that handed all over is neither, from then
/// on and however long the source goes on naming it, until it is met in a later life.
///
/// The own node is always a member, named or not, unless it leaves. Times are Unix seconds of the
/// node's clock, which may jump.
public struct Membership: Sendable {
  /// The node whose view it is.
  public let own: NodeIdentity
  /// What the node's points and peers go by. Its epoch grows by one with each change.
  public internal(set) var view: ClusterView
  /// What was wrong with the last set that a source gave, in words for a log. Empty: nothing.
  public private(set) var issues: [String] = []

  /// How long former nodes are asked: the window and the future grace, in seconds.
  let retentionSeconds: Int64
  /// The own node, as it describes itself.
  let ownMember: Member
  /// What the source names.
  var named: [NodeID: Member] = [:]
  /// Those that are asked, but get no points.
  var former: [NodeID: Former] = [:]
  /// Those that said they leave, or have left.
  var leaves: [NodeID: Leave] = [:]
  /// The newest life of each node that is known of.
  var lives: [NodeID: Life] = [:]

  /// A node that gets no more points.
  struct Former: Sendable, Hashable {
    var member: Member
    /// When it need not be asked any more. Of no meaning while the source names it.
    var until: Int64
  }

  /// A node's word that it leaves.
  struct Leave: Sendable, Hashable {
    var identity: NodeIdentity
    /// It has left: others hold what it had.
    var isOver: Bool
    var since: Int64
  }

  /// A node's newest life.
  struct Life: Sendable, Hashable {
    var incarnation: UInt64
    /// When it was last heard of.
    var met: Int64
    /// When all that it held when it was last met has left the window, if it was no member then.
    /// Nil: it was one, or the time has passed.
    var strangerUntil: Int64?
  }

  /// The node alone, in epoch 1.
  ///
  /// - Parameters:
  ///   - ownAddress: used where the source does not name the node; so is `weight`.
  ///   - retentionSeconds: how long former nodes are asked: the window and the future grace.
  /// - Precondition: the weight is within 1...``RouterLimits/weightMax``.
  public init(own: NodeIdentity, ownAddress: String, weight: Int, retentionSeconds: Int64) {
    self.own = own
    self.retentionSeconds = retentionSeconds
    ownMember = Member(id: own.id, address: ownAddress, weight: weight)
    view = ClusterView(
      epoch: 1, own: own, members: [ownMember], former: [],
      table: PartitionTable([(own.id, weight)]))
  }

  /// The source names other members than before: all of them. True if the view changed.
  ///
  /// Of members with the same id the first counts, and a set of more than
  /// ``RouterLimits/nodesMax`` nodes is refused whole; ``issues`` tells.
  public mutating func configured(_ members: [Member], at now: Int64) -> Bool {
    var checked = SourceCheck(own: own.id)
    for member in members { checked.take(member) }
    issues = checked.issues
    guard let set = checked.accepted else { return false }
    for member in view.members where set[member.id] == nil && member.id != own.id {
      former[member.id] = Former(member: member, until: now + retentionSeconds)
    }
    // Whoever left the set while it was leaving is asked for as long as any other.
    for id in former.keys where named[id] != nil && set[id] == nil {
      former[id]?.until = now + retentionSeconds
    }
    named = set
    limitFormer()
    return renew(at: now)
  }

  /// Time has passed: nodes whose points have all left the window are no longer asked, and old
  /// news of nodes that nobody names is forgotten. True if the view changed.
  public mutating func tick(at now: Int64) -> Bool {
    for (id, node) in former where named[id] == nil && id != own.id {
      // A clock that was set back must not keep it for longer than it would have been kept.
      former[id]?.until = min(node.until, now + retentionSeconds)
      if node.until <= now { former[id] = nil }
    }
    for (id, life) in lives {
      guard let until = life.strangerUntil else { continue }
      lives[id]?.strangerUntil = until <= now ? nil : min(until, now + retentionSeconds)
    }
    forget(before: now - retentionSeconds - RouterLimits.departedGraceSeconds)
    return renew(at: now)
  }

  /// Makes the view that follows from what is known. True if it differs from the one before.
  mutating func renew(at now: Int64) -> Bool {
    var nodes = named
    nodes[own.id] = named[own.id] ?? ownMember
    var members: [Member] = []
    for (id, member) in nodes {
      switch leaves[id] {
      case nil:
        former[id] = nil
        members.append(member)
      case let leave? where leave.isOver: former[id] = nil
      case _?: former[id] = Former(member: member, until: former[id]?.until ?? .max)
      }
    }
    members.sort { $0.id < $1.id }
    let asked = former.values.map(\.member).sorted { $0.id < $1.id }
    let strangers = strangers
    guard members != view.members || asked != view.former || strangers != view.strangers
    else { return false }
    let isPlacedAlike = members.elementsEqual(view.members) {
      $0.id == $1.id && $0.weight == $1.weight
    }
    view = ClusterView(
      epoch: view.epoch + 1, own: own, members: members, former: asked, strangers: strangers,
      table: isPlacedAlike ? view.table : PartitionTable(members.map { ($0.id, $0.weight) }),
      earlier: earlier(replaced: isPlacedAlike ? nil : view.table, at: now))
    return true
  }

  private func earlier(replaced table: PartitionTable?, at now: Int64) -> [EarlierPlacement] {
    var earlier = view.earlier.filter { now - $0.until <= retentionSeconds }
    if let table { earlier.append(EarlierPlacement(table: table, until: now)) }
    return earlier.suffix(RouterLimits.earlierPlacementsMax)
  }

  private var strangers: [NodeID] {
    lives.filter { id, life in
      life.strangerUntil != nil && named[id] == nil && former[id] == nil
        && leaves[id]?.isOver != true
    }.keys.sorted()
  }

  /// Keeps the former nodes bounded when a source names other ones all the time.
  private mutating func limitFormer() {
    while former.count > RouterLimits.formerMax {
      let oldest = former.min { ($0.value.until, $0.key) < ($1.value.until, $1.key) }
      guard let id = oldest?.key else { return }
      former[id] = nil
      issues.append("more than \(RouterLimits.formerMax) former nodes: \(id) is not asked any more")
    }
  }
}
