// SPDX-License-Identifier: Apache-2.0
internal import Proto

extension LinkSender {
  /// What the end of a stream means to this node.
  public enum OnDisconnected: Sendable, Hashable {
    /// Nothing: ``tick(now:wall:)`` will ask for the next stream.
    case retry
    /// The peer knows a later life of this node: another process has its id.
    case outlived
    /// The peer knows that this node has left the cluster for good.
    case departed
  }

  /// A stream is open, as ``OnTick/connect`` asked for; since then it may have been asked to end.
  ///
  /// - Returns: its first message. Nothing else is sent before the welcome.
  public mutating func connected(now: LinkTime) -> [UInt8] {
    precondition(departed.count <= RouterLimits.linkDepartedMax, "too many departed nodes")
    switch phase {
    case .connecting: begin(now)
    case .closing: break
    default: preconditionFailure("connected while \(state)")
    }
    let message = hello()
    counters.bytesSent += message.count
    return message
  }

  private mutating func begin(_ now: LinkTime) {
    phase = .greeting(since: now)
    stream = SenderStream()
    for lane in Lane.allCases { lanes[lane].restart() }
  }

  private func hello() -> [UInt8] {
    var hello = LinkHello()
    hello.cluster = settings.cluster
    hello.sender = settings.own.wire
    hello.receiverId = peerID?.text ?? ""
    hello.windowSeconds = settings.windowSeconds
    hello.resolutionSeconds = settings.resolutionSeconds
    hello.liveFirst = lanes.live.acked + 1
    hello.hintFirst = lanes.hint.acked + 1
    hello.departed = departed.map(\.wire)
    return LinkMessages.request(.hello(hello))
  }

  /// The stream ended, or could not be opened; call it once for each ``OnTick/connect``. Nothing
  /// when none was open or asked for.
  ///
  /// - Parameters:
  ///   - reason: in words, for people.
  ///   - kind: as the trailer ``LinkRefusal/trailer`` names it, if it does.
  @discardableResult
  public mutating func disconnected(
    _ reason: String, refused kind: LinkRefusal.Kind? = nil, now: LinkTime
  ) -> OnDisconnected {
    switch phase {
    case .waiting: return .retry
    case .closing: break
    case .connecting, .greeting, .live, .stalled: leave(reason, now)
    }
    phase = .waiting(until: now + backoff.failed())
    switch kind {
    case .staleIncarnation: return .outlived
    case .departed: return .departed
    default: return .retry
    }
  }

  /// The stream can be used no more.
  mutating func leave(_ reason: String, _ now: LinkTime) {
    error = reason
    if presence == .present { presence = .missing(since: now) }
    check()
  }

  mutating func welcomed(
    _ welcome: LinkWelcome, _ now: LinkTime
  ) throws(LinkFault) -> OnReceived {
    guard let receiver = NodeIdentity(welcome.receiver) else {
      throw LinkFault(.malformed, "a welcome of nobody")
    }
    guard let departed = NodeIdentity.all(welcome.departed) else {
      throw LinkFault(.malformed, "a departed node that is none, or too many of them")
    }
    try check(receiver)
    try check(welcome.liveApplied, lanes.live)
    try check(welcome.hintApplied, lanes.hint)
    peer = receiver
    peerID = receiver.id
    stream.creditBytes = Int(clamping: welcome.creditBytes)
    stream.sentAt = now
    lanes.live.skip(to: welcome.liveApplied)
    lanes.hint.skip(to: welcome.hintApplied)
    if lanes.live.sentCount + lanes.hint.sentCount > 0 { stream.waitingSince = now }
    becomeLive()
    return .welcomed(receiver, departed: departed)
  }

  private func check(_ receiver: NodeIdentity) throws(LinkFault) {
    if let peerID, peerID != receiver.id {
      throw LinkFault(.wrongPeer, "\(receiver.id) answered, not \(peerID)")
    }
    if receiver.id == settings.own.id {
      throw LinkFault(.wrongPeer, "\(receiver.id) is this node itself")
    }
    if let peer, peer.incarnation > receiver.incarnation {
      throw LinkFault(.stalePeer, "\(receiver) answered, \(peer) did before")
    }
  }

  private func check(_ applied: UInt64, _ lane: SenderLane) throws(LinkFault) {
    guard (lane.acked...lane.last).contains(applied) else {
      throw LinkFault(.wrongAck, "a welcome says \(applied), sent are \(lane.acked)...\(lane.last)")
    }
  }

  /// The peer is there.
  mutating func becomeLive() {
    phase = .live
    presence = .present
    error = ""
  }
}
