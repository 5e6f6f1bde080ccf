// SPDX-License-Identifier: Apache-2.0
import Router
import Shard
import TestKit

/// One life of one node: the product's real parts, and between them as little as a node's rim has:
/// which batch a point goes to, whose settlement a ticket is, what is sent on which connection.
final class SimNode {
  let host: Host
  let life: Int
  let identity: Router.NodeIdentity
  let settings: LinkSettings
  let placement: Placement
  let shards: [ShardSeat]
  unowned let world: World
  private(set) var isOver = false
  private(set) var isPaused = false
  private var putOffs: [() -> Void] = []

  var membership: Membership
  /// The newest life heard of, by node.
  var incarnations: [NodeID: UInt64] = [:]
  /// For each node of the view's table, the link to it; nil: the node itself.
  var lanes: [SenderSeat?] = []
  var senders: [NodeID: SenderSeat] = [:]
  /// In order of ids: a dictionary's own order is not the seed's.
  var senderSeats: [SenderSeat] = []
  var receivers: [NodeID: ReceiverSeat] = [:]
  var accounts = Accounts()
  var tickets: [LinkTicket: [RowSource]] = [:]
  var ticketNext: LinkTicket = 1
  var isTurnOpen = false
  var hot: HotNames
  /// Points of hot series: each goes to another shard than the one before.
  var hotPoints = 0
  var spare: [PointColumns] = []
  private(set) lazy var marks = MarkBoard(self)
  private(set) lazy var live = LiveSeats(self)
  /// Copies of batches of whose rows something is not known, in order of their ordinals.
  var copies: [BatchCopy] = []
  var copiesOfTurn: [BatchCopy] = []
  /// Calls of metrics that have brought some in this turn.
  var callsOfTurn: [Call] = []
  /// The keys of metrics that have labels.
  private(set) lazy var keys = LabelledKeys(
    points: 1, nameBytesMax: ShardLimits.nameBytesMaxDefault)
  /// The copy whose rows are being taken.
  var marking: BatchCopy?
  var rowOrdinalNext = SimNode.rowOrdinalFirst
  let budget: SeriesBudget
  /// What it holds in the names of lives that have handed over to it.
  var held: [Router.NodeIdentity: HeldSeat] = [:]
  /// It leaves: clients' streams and calls end.
  var refusesClients = false
  /// It leaves, and takes nothing from peers any more.
  var refusesLinks = false
  /// It leaves, and takes nothing over from others.
  var isSealed = false
  /// Others hold all it had.
  var handedOver = false
  /// Frames that its shards have not taken yet.
  var framesOut = 0
  var pointsApplied = 0
  var drain: NodeDrain?
  var drainHistory = HandOverHistory()
  /// Chance of its threads' pace.
  var chance: SplitMix64
  /// What a shard's next piece of work takes longer, microseconds.
  var hesitation: Int64 = 0

  init(_ world: World, _ host: Host, _ identity: Router.NodeIdentity) {
    self.world = world
    self.host = host
    self.identity = identity
    life = world.nextLife()
    let scenario = world.scenario
    chance = world.weather.split()
    settings = LinkSettings(
      cluster: "sim", own: identity, windowSeconds: scenario.shape.windowSeconds,
      resolutionSeconds: scenario.shape.resolutionSeconds, creditBytes: scenario.creditBytes,
      hintBytesMax: scenario.hintBytesMax, queueBytesMax: scenario.queueBytesMax)
    placement = Placement(shards: scenario.shards)
    hot = HotNames(shards: scenario.shards, samples: scenario.hotSamples)
    budget = SeriesBudget(seriesMax: scenario.seriesMax)
    let budget = budget
    shards = (0..<scenario.shards).map { ShardSeat($0, scenario, budget: budget) }
    membership = SimNode.membership(identity, host, scenario)
  }

  var linkTime: LinkTime { LinkTime(milliseconds: world.now / 1000) }
  var wall: Int64 { host.wall }

  func start() {
    placeLanes()
    learnMembers()
    world.after(Int64(chance.int(in: 0...100_000)), on: self, "tick") { [unowned self] in tick() }
  }

  // MARK: Life

  /// The process dies, and its memory with it.
  func crash() {
    guard !isOver else { return }
    tallyLinks()
    isOver = true
    putOffs = []
    world.say("\(identity) dies")
    world.model.died(self)
    world.network.died(self)
    world.clients.died(self)
    world.batchClients.died(self)
    world.subscribers.died(self)
    for seat in senderSeats { seat.wire = nil }
    for seat in receivers.values { seat.wires = [:] }
  }

  func pause() { isPaused = true }

  func goOn() {
    guard isPaused else { return }
    isPaused = false
    let waiting = putOffs
    putOffs = []
    for body in waiting { world.perform(on: self, body) }
    world.network.release()
  }

  func putOff(_ body: @escaping () -> Void) { putOffs.append(body) }

  /// Breaks the circles of references when the run is over.
  func end() {
    isOver = true
    putOffs = []
    senders = [:]
    senderSeats = []
    lanes = []
    receivers = [:]
    drain = nil
    live.end()
    for shard in shards { shard.waiting = [] }
  }

  private func tick() {
    tickMembership()
    for seat in senderSeats { tick(seat) }
    if chance.oneIn(20) {
      for shard in shards { shard.tick(now: wall) }
      meetAgain()
    }
    world.after(100_000, on: self, "tick") { [unowned self] in tick() }
  }

  // MARK: Accounts

  var linkSum: LinkSum {
    var sum = LinkSum()
    for seat in senderSeats { sum.add(seat.sender.counters) }
    return sum
  }

  /// Nothing waits for anything, and all members have been met.
  var isAtRest: Bool {
    // Where a node has left the next life is still to come.
    if isOver { return !handedOver }
    let links = linkSum
    return accounts.inFlight == 0 && drain == nil && links.pointsUnderWay == 0
      && links.pointsHinted == 0 && !seeksLiving
      && lanes.allSatisfy { $0.map { $0.sender.state == .live } ?? true }
      && tickets.isEmpty && shards.allSatisfy { !$0.hasBatches }
  }

  /// After everything that happens to the node.
  func checkAccounts() {
    guard !isOver else { return }
    let imbalance = accounts.imbalance(linkSum)
    if imbalance != 0 {
      world.broken(.ledger, "\(identity) has an imbalance of \(imbalance): \(accounts)")
    }
    for seat in senderSeats { checkMemory(seat) }
  }

  private func checkMemory(_ seat: SenderSeat) {
    let counters = seat.sender.counters
    if !counters.isBalanced {
      world.broken(.ledger, "\(identity) to \(seat.id): \(counters)")
    }
    // A frame is closed when it is full, not before.
    let frame = RouterLimits.linkFrameBytesMax
    if counters.bytesHinted > settings.hintBytesMax + settings.queueBytesMax / 2 + frame
      || counters.bytesQueued > settings.queueBytesMax + frame
      || counters.bytesInFlight > settings.queueBytesMax + frame
    {
      world.broken(.memory, "\(identity) to \(seat.id): \(counters)")
    }
  }
}
