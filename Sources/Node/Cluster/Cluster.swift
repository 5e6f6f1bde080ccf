// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Router
import Shard

/// A node's part in its cluster: follows the membership, keeps a link to each peer and an inbox for
/// each sender, and tells loops and questions of every change. ``Membership`` decides; this is its
/// rim.
actor Cluster {
  /// What a cluster needs of the node around it.
  struct Surroundings: Sendable {
    var group: EventLoopGroup
    var seats: [ShardSeat]
    var ingests: [LoopIngest]
    var shape: WindowShape
    /// Which rows of which batches this node has taken.
    var marks: BatchBoard
    /// What this node holds in the name of nodes that left.
    var held: HeldWindows
    /// The way of questions to peers.
    var questions: PeerReportClient
    /// Unix seconds.
    var now: @Sendable () -> Int64
    var log: Log
    /// The node must not go on, for this reason. Told once.
    var mustStop: @Sendable (String) -> Void
  }

  nonisolated let configuration: ClusterConfiguration
  nonisolated let own: NodeIdentity
  nonisolated let board: ClusterBoard
  nonisolated let surroundings: Surroundings
  let linkSettings: LinkSettings
  private let inquirer: BatchInquirer
  var membership: Membership
  var links: [NodeID: PeerLink] = [:]
  var inboxes: [NodeID: PeerInbox] = [:]
  /// Whose links are used.
  private var active: Set<NodeID> = []
  /// What the source said last.
  var snapshot: MembershipSnapshot?
  /// What links to nodes that left for good did while there were any.
  var retired = LinkTotals()
  /// Who was found behind addresses that the source gave without ids.
  var found: [String: NodeIdentity] = [:]
  /// Points that were kept for nodes that left, and went to the node itself.
  var rerouted = Rerouting.Tally()
  /// Streams of peers that were refused, by reason.
  var refusals: [LinkRefusal.Kind: UInt64] = [:]
  var source: (any MembershipSource)?
  /// Why frames of peers are not taken; nil: they are.
  var linkRefusal: RPCError?
  /// Where peers reach the node, once it listens.
  private(set) var advertised: HostPort?
  /// Addresses whose links broke: another node may be there now.
  var unsure: Set<String> = []
  private var tasks: [Task<Void, Never>] = []
  private var publishing: Task<Void, Never>?
  private var loggedEpoch: UInt64 = 0

  init(
    _ configuration: ClusterConfiguration, incarnation: UInt64, _ surroundings: Surroundings
  ) {
    self.configuration = configuration
    self.surroundings = surroundings
    own = NodeIdentity(configuration.id, incarnation: incarnation)
    inquirer = BatchInquirer(
      cluster: configuration.cluster, marks: surroundings.marks, peers: surroundings.questions,
      peerTimeout: configuration.peerTimeout)
    let shape = surroundings.shape
    linkSettings = LinkSettings(
      cluster: configuration.cluster, own: own, windowSeconds: shape.windowSeconds,
      resolutionSeconds: shape.resolutionSeconds, hintBytesMax: configuration.hintBytesMax,
      queueBytesMax: configuration.queueBytesMax)
    membership = Membership(
      own: own, ownAddress: "", weight: configuration.weight,
      retentionSeconds: shape.windowSeconds + shape.futureGraceSeconds)
    board = ClusterBoard(membership.view)
  }

  // MARK: Life

  /// Follows the source of peers from now on. Waits for nobody.
  ///
  /// - Parameter address: where peers reach the node.
  func start(at address: SocketAddress) async {
    let advertised =
      configuration.advertise ?? HostPort(host: address.host, port: address.port)
    self.advertised = advertised
    let context = SourceContext(
      own: own, advertised: advertised, group: surroundings.group, log: surroundings.log
    ) { [surroundings] newer in
      surroundings.mustStop("another node runs as \(newer.id) and started later")
    }
    let source = configuration.makeSource(context)
    self.source = source
    await publish()
    let snapshots = AsyncStream<MembershipSnapshot>.makeStream()
    tasks = [
      Task {
        await source.run { snapshots.continuation.yield($0) }
      },
      Task { for await snapshot in snapshots.stream { await self.learned(snapshot) } },
      Task { await self.tickLinks() },
      Task { await self.seek() },
    ]
  }

  /// Ends links and tasks. What links still keep is lost, and logged.
  ///
  /// - Parameters:
  ///   - leaving: the node's announcement is taken back.
  ///   - deadline: until then, links whose peers take points go on.
  func stop(leaving: Bool, deadline: ContinuousClock.Instant) async {
    while await isDelivering, .now < deadline { try? await Task.sleep(for: .milliseconds(20)) }
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
    if leaving { await source?.leave() }
    for (id, link) in links {
      let points = await link.pointsUnderWay
      if points > 0 {
        surroundings.log.error(
          "points kept for a peer are lost", ["peer": .string(id.text), "points": .count(points)])
      }
      await link.close()
    }
  }

  /// A live link has points left.
  private var isDelivering: Bool {
    get async {
      for link in links.values {
        if await link.isDelivering { return true }
      }
      return false
    }
  }

  private func tickLinks() async {
    var ticks = 0
    while (try? await Task.sleep(for: .milliseconds(100))) != nil {
      for (id, link) in links where active.contains(id) { await link.tick() }
      ticks += 1
      guard ticks % 10 == 0 else { continue }
      if membership.tick(at: surroundings.now()) { await publish() }
      await meetSenders()
    }
  }

  /// Who keeps a stream open lives, and may hold points even if no source names it. Whoever
  /// says hello and goes again is not taken for a node.
  private func meetSenders() async {
    for inbox in inboxes.values {
      if let sender = await inbox.liveSender { await met(sender) }
    }
  }

  // MARK: Membership

  /// The source says something else than before.
  func learned(_ snapshot: MembershipSnapshot) async {
    self.snapshot = snapshot
    await configure()
  }

  /// Members are those that the source names, and those found behind its addresses.
  func configure() async {
    guard let snapshot else { return }
    let members = snapshot.members(found: found, own: own.id)
    let isChanged = membership.configured(members, at: surroundings.now())
    for issue in membership.issues {
      surroundings.log.warning("the set of peers is wrong", ["reason": .string(issue)])
    }
    if isChanged || !board.current.knowledge.isMembershipKnown { await publish() }
  }

  /// Carries a changed view to links, loops and questions; returns when all points that loops
  /// had taken in before have reached the links that they were meant for.
  func publish() async {
    // One after the other, so that no older view comes last.
    let before = publishing
    let task = Task {
      await before?.value
      await self.carry(self.membership.view)
    }
    publishing = task
    await task.value
  }

  private func carry(_ view: ClusterView) async {
    for member in view.peers { await follow(member) }
    let departed = membership.departedIdentities
    let left = await surroundings.held.leftOrigins
    let isKnown = snapshot != nil
    board.update {
      $0.knowledge.view = view
      $0.knowledge.departed = Set(departed).union(left)
      $0.knowledge.isMembershipKnown = isKnown
    }
    for link in links.values { await link.learn(departed: departed) }
    for inbox in inboxes.values { await inbox.learn(epoch: view.epoch, departed: departed) }
    let route = Route(
      view, shards: surroundings.seats.count, lanes: links, inquirer: inquirer)
    for ingest in surroundings.ingests {
      await withCheckedContinuation { done in
        ingest.loop.execute {
          ingest.follow(route, isMembershipKnown: isKnown)
          done.resume()
        }
      }
    }
    if view.epoch != loggedEpoch { log(view) }
    await reroute(view)
    await rest(view)
  }

  /// Links to nodes that are asked nothing any more rest, and what these may or may not have taken
  /// is given up: nobody would ever hear of it. Numbers go on should a node come back, unless it
  /// has left for good.
  private func rest(_ view: ClusterView) async {
    active = Set(view.peers.map(\.id))
    let departed = Set(membership.departedIdentities.map(\.id))
    for (id, link) in links where !active.contains(id) {
      // The stream first: an ack of what is given up would make no sense.
      await link.close()
      await link.abandon()
      guard departed.contains(id) else { continue }
      let account = await link.account
      retired.add(account)
      links[id] = nil
    }
  }

  private func log(_ view: ClusterView) {
    loggedEpoch = view.epoch
    surroundings.log.info(
      "membership",
      [
        "epoch": .count(Int64(clamping: view.epoch)),
        "members": .string(view.members.map(\.id.text).joined(separator: ",")),
        "former": .string(view.former.map(\.id.text).joined(separator: ",")),
      ])
  }

  private func follow(_ member: Member) async {
    guard let address = HostPort(member.address) else {
      preconditionFailure("\(member.address) is no address")
    }
    if let link = links[member.id] { return await link.move(to: address) }
    let loops = surroundings.group.loops
    let seed = UInt64.random(in: .min ... .max)
    links[member.id] = PeerLink(
      LinkSender(linkSettings, to: member.id, seed: seed), to: member.id, at: address,
      on: loops[links.count % loops.count],
      LinkTransport(encoding: configuration.linkEncoding),
      clock: surroundings.now,
      hinted: { [board] points in
        board.update { $0.knowledge.hinted[member.id] = points == 0 ? nil : points }
      }
    ) { [weak self] event in
      Task { await self?.heard(event, of: member.id) }
    }
  }
}
