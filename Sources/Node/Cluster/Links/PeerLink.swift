// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Router
import Shard

/// The sending end of the link to one peer: the rim around ``LinkSender``, which decides all.
///
/// Batches come in as plain work on its loop. Two tasks carry a stream: one sends what the core
/// gives out, as fast as the peer takes it, the other hands it the peer's acks.
actor PeerLink: PeerLane {
  /// What a link tells the cluster.
  enum Event: Sendable {
    /// The peer said who it is, and who has left.
    case met(NodeIdentity, departed: [NodeIdentity])
    /// The peer refused us.
    case refused(LinkRefusal.Kind, message: String)
    /// The node must not go on, for this reason.
    case mustStop(String)
    /// The stream came up, or could not be opened, or broke: then with the reason.
    case changed(isLive: Bool, reason: String)
  }

  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  nonisolated let peer: NodeID
  var address: HostPort
  var core: LinkSender
  let clock: @Sendable () -> Int64
  private var receipts: [LinkTicket: ForwardReceipt] = [:]
  private var nextTicket: LinkTicket = 0
  var doorbell = Doorbell()
  var carrier: Task<Void, Never>?
  /// Why the stream is being ended, if we end it.
  var endReason: String?
  /// The latest stream was welcomed.
  var wasLive = false
  /// Bytes of all messages sent, as compressed.
  var bytesCompressed = 0
  let transport: LinkTransport
  private let tasks: LoopTaskExecutor
  private let tell: @Sendable (Event) -> Void
  /// Hears of each change of the points that are kept for the peer.
  private let tellHinted: @Sendable (UInt64) -> Void
  private var hintedTold: UInt64 = 0
  /// By reason: points that the peer did not take.
  private(set) var rejected = [Int64](repeating: 0, count: Shard.RejectReason.slots)

  init(
    _ core: LinkSender, to peer: NodeID, at address: HostPort, on loop: EventLoop,
    _ transport: LinkTransport, clock: @escaping @Sendable () -> Int64,
    hinted: @escaping @Sendable (UInt64) -> Void, tell: @escaping @Sendable (Event) -> Void
  ) {
    tellHinted = hinted
    self.core = core
    self.peer = peer
    self.address = address
    self.loop = loop
    self.transport = transport
    tasks = LoopTaskExecutor(loop)
    self.clock = clock
    self.tell = tell
  }

  // MARK: Points

  nonisolated func take(_ batch: PointColumns, _ receipt: ForwardReceipt) {
    assumeIsolated { $0.take(batch, receipt: receipt) }
  }

  /// Takes a batch; without a receipt nobody is told what becomes of it.
  func take(_ batch: PointColumns, receipt: ForwardReceipt?) {
    var ticket: LinkTicket?
    if let receipt {
      ticket = nextTicket
      receipts[nextTicket] = receipt
      nextTicket &+= 1
    }
    core.take(batch, ticket: ticket, now: LinkClock.now, wall: clock())
    afterEvent()
  }

  /// Points that the peer has not acked, those kept for it included.
  var pointsUnderWay: Int64 {
    let counters = core.counters
    return Int64(counters.pointsInFlight + counters.pointsQueued + counters.pointsHinted)
  }

  /// The peer takes points, and there are some left.
  var isDelivering: Bool { core.state == .live && pointsUnderWay > 0 }

  // MARK: Life

  /// Lets time pass. Call it every 100 ms or so.
  func tick() {
    switch core.tick(now: LinkClock.now, wall: clock()) {
    case .nothing: break
    case .connect: connect()
    case .disconnect(let reason): endStream(reason)
    }
    afterEvent()
  }

  /// The peer is reached elsewhere from now on.
  func move(to address: HostPort) {
    guard address != self.address else { return }
    self.address = address
    endStream("the address changed to \(address)")
  }

  /// Ends the stream; nothing is sent until the next ``tick()``.
  func close() async {
    let carrier = carrier
    endStream("closed")
    await carrier?.value
  }

  /// The peer has left for good: what is under way to it is given up.
  func abandon() {
    core.abandon()
    afterEvent()
  }

  /// What the next hello says of nodes that left for good.
  func learn(departed: [NodeIdentity]) { core.departed = departed }

  /// Gives out what was kept for the peer and never sent, to be routed anew.
  func surrender() -> [Hint] {
    defer { afterEvent() }
    return core.surrender()
  }

  /// What is left to do after anything that happened to the core.
  func afterEvent() {
    // First: who is told that points are kept may ask at once.
    let hinted = UInt64(core.counters.pointsHinted)
    if hinted != hintedTold {
      hintedTold = hinted
      tellHinted(hinted)
    }
    for settlement in core.takeSettlements() { settle(settlement) }
    doorbell.ring()
  }

  private func settle(_ settlement: Settlement) {
    guard let receipt = receipts.removeValue(forKey: settlement.ticket) else {
      preconditionFailure("ticket \(settlement.ticket) is settled twice")
    }
    switch settlement.outcome {
    case .applied(let rejections):
      receipt.settle(.applied(rejections: rejections.map { ($0.row, $0.reason) }))
      for case let reason? in rejections.map(\.reason) { rejected[Int(reason.rawValue)] += 1 }
    case .hinted: receipt.settle(.hinted)
    case .shed: receipt.settle(.shed)
    }
  }

  // MARK: Streams

  private func connect() {
    precondition(carrier == nil, "two streams on one link")
    // The whole stream is on this loop: sending a frame wakes no other thread.
    carrier = Task(executorPreference: tasks) { await self.carry() }
  }

  private func endStream(_ reason: String) {
    guard let carrier else { return }
    endReason = endReason ?? reason
    carrier.cancel()
  }

  func report(_ event: Event) { tell(event) }
}
