// SPDX-License-Identifier: Apache-2.0

extension LinkSender {
  /// Takes off all points that were never sent, for other nodes to get: the peer is no owner any
  /// more. Batches among them are settled as hinted. O(points).
  ///
  /// Those under way stay until they are acked, grow too old, or ``abandon()`` is called.
  public mutating func surrender() -> [Hint] {
    settleQueued()
    closeOpen()
    var surrendered = hints.removeAll()
    while let frame = queue.popFirst() { surrendered.append(frame.hint()) }
    counters.bytesQueued = 0
    counters.bytesHinted = hints.bytes
    let points = surrendered.reduce(0) { $0 + $1.rows }
    counters.pointsHinted -= points
    counters.pointsSurrendered += points
    check()
    return surrendered
  }

  /// The peer has left for good: what is under way will not be acked, and is given up. Batches
  /// among it are settled as hinted. Call ``surrender()`` for the rest.
  public mutating func abandon() {
    settleInFlight()
    for lane in Lane.allCases {
      while let frame = lanes[lane].popFirst() { giveUp(frame) }
    }
    check()
  }

  /// The peer is away: clients wait no longer.
  mutating func goAway() {
    presence = .away
    settleInFlight()
    settleQueued()
  }

  /// A peer that does its work, but slowly, keeps clients waiting no longer than one that is away:
  /// when batches have waited too long, all that wait are settled as hinted, and stay where they
  /// are. O(frames) when they are.
  mutating func settleOverdue(_ now: LinkTime) {
    let waiting = counters.pointsInFlight + counters.pointsQueued
    guard let mark = overdueMark, pointsAwaited - waiting < mark.points else {
      overdueMark = waiting > 0 ? (points: pointsAwaited, since: now) : nil
      return
    }
    guard now - mark.since >= RouterLimits.linkAckTimeout else { return }
    settleInFlight()
    settleQueued()
    overdueMark = nil
  }

  private mutating func settleInFlight() {
    for lane in Lane.allCases {
      let settled = lanes[lane].takeTickets()
      counters.pointsInFlight -= settled.unsettledPoints
      settleHinted(settled)
    }
  }

  private mutating func settleQueued() {
    var settled: [FramePortion] = []
    for index in 0..<queue.count {
      settled += queue.update(index) { $0.portions.takeTickets() }
    }
    settled += open?.portions.takeTickets() ?? []
    counters.pointsQueued -= settled.unsettledPoints
    settleHinted(settled)
  }

  private mutating func settleHinted(_ portions: [FramePortion]) {
    counters.pointsHinted += portions.unsettledPoints
    for portion in portions {
      if let ticket = portion.ticket { settle(ticket, .hinted) }
    }
  }

  /// Gives up what the peer would find too old: whole frames, from the oldest on.
  mutating func expireHints(_ wall: Int64) {
    let horizon = wall - settings.windowSeconds
    while case let points = hints.expire(notAfter: horizon), points > 0 {
      counters.pointsHinted -= points
      counters.pointsGivenUp += points
    }
    counters.bytesHinted = hints.bytes
    guard presence == .away else { return }
    while let frame = queue.first, frame.newestTime <= horizon {
      _ = queue.popFirst()
      counters.bytesQueued -= frame.bytes
      counters.pointsHinted -= frame.rows
      counters.pointsGivenUp += frame.rows
    }
    expireInFlight(horizon)
  }

  /// Frames that may have been applied are given up only between streams: a hello says where the
  /// next one begins.
  private mutating func expireInFlight(_ horizon: Int64) {
    switch phase {
    case .waiting, .connecting, .closing: break
    case .greeting, .live, .stalled: return
    }
    for lane in Lane.allCases {
      while let oldest = lanes[lane].frames.first, oldest.newestTime <= horizon {
        if let frame = lanes[lane].popFirst() { giveUp(frame) }
      }
    }
  }

  private mutating func giveUp(_ frame: InFlightFrame) {
    forget(frame)
    counters.pointsHinted -= frame.rows
    counters.pointsGivenUp += frame.rows
  }

  /// A frame is under way no more.
  mutating func forget(_ frame: InFlightFrame) {
    counters.bytesInFlight -= frame.bodyBytes
    guard case .hint(let hint) = frame.content else { return }
    hints.release(hint)
    counters.bytesHinted = hints.bytes
  }
}
