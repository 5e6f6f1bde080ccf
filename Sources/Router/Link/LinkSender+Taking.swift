// SPDX-License-Identifier: Apache-2.0
public import Shard

extension LinkSender {
  /// Takes all points of a batch for the peer. The batch is the caller's again at once.
  ///
  /// They are queued while the peer is there or only just gone, and settled later. Otherwise, or
  /// when the queue is full, they are hinted, and settled now; when there is no room for hints,
  /// they are shed. O(rows).
  ///
  /// - Parameters:
  ///   - ticket: names the batch in its ``Settlement``; nil: points that were hinted for another
  ///     node, of which nobody is told.
  ///   - wall: Unix seconds.
  /// - Precondition: the ticket is not that of a batch that is not settled.
  public mutating func take(
    _ batch: PointColumns, ticket: LinkTicket?, now: LinkTime, wall: Int64
  ) {
    guard !batch.isEmpty else {
      if let ticket { settle(ticket, .applied(rejections: [])) }
      return
    }
    advancePresence(now)
    counters.pointsTaken += batch.count
    if presence != .away, hasQueueRoom(for: batch) {
      enqueue(batch, ticket)
    } else {
      hint(batch, ticket, wall)
    }
    check()
  }

  private func hasQueueRoom(for batch: PointColumns) -> Bool {
    counters.bytesQueued + ColumnFrame.bytes(of: batch) + RouterLimits.linkFrameBytes
      <= settings.queueBytesMax
  }

  private mutating func enqueue(_ batch: PointColumns, _ ticket: LinkTicket?) {
    if let frame = open, !frame.hasRoom(for: batch) { closeOpen() }
    counters.bytesQueued -= open?.bytes ?? 0
    let bytesBefore = open?.bytes ?? 0
    if let closed = names.put(batch, ticket: ticket, into: &open) {
      queue.append(closed)
      counters.bytesQueued += bytesBefore
    }
    counters.bytesQueued += open?.bytes ?? 0
    if ticket == nil {
      counters.pointsHinted += batch.count
    } else {
      counters.pointsQueued += batch.count
      pointsAwaited += batch.count
    }
  }

  private mutating func hint(_ batch: PointColumns, _ ticket: LinkTicket?, _ wall: Int64) {
    defer { counters.bytesHinted = hints.bytes }
    if !hints.take(batch, &names) {
      expireHints(wall)
      guard hints.take(batch, &names) else { return shed(batch, ticket) }
    }
    counters.pointsHinted += batch.count
    if let ticket { settle(ticket, .hinted) }
  }

  private mutating func shed(_ batch: PointColumns, _ ticket: LinkTicket?) {
    if let ticket {
      counters.pointsShed += batch.count
      settle(ticket, .shed)
    } else {
      counters.pointsGivenUp += batch.count
    }
  }

  mutating func settle(_ ticket: LinkTicket, _ outcome: Settlement.Outcome) {
    settlements.append(Settlement(ticket: ticket, outcome: outcome))
  }

  /// No further batch goes into the open frame.
  mutating func closeOpen() {
    guard let frame = open else { return }
    open = nil
    queue.append(frame)
  }

  /// Our books must be right.
  func check() {
    assert(counters.isBalanced, "points are lost or counted twice: \(counters)")
  }
}
