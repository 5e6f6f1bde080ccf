// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf
internal import Shard

extension LinkSender {
  /// What an answer of the peer's meant.
  public enum OnReceived: Sendable, Hashable {
    /// The stream is live. The nodes named have left for good, as the peer knows.
    case welcomed(NodeIdentity, departed: [NodeIdentity])
    /// Frames or a heartbeat were acked. The peer's membership has changed `epoch` times.
    case acked(epoch: UInt64)
  }

  /// An answer came on the stream that is open.
  ///
  /// - Throws: ``LinkFault`` when it makes no sense; the caller closes the stream and calls
  ///   ``disconnected(_:refused:now:)``.
  public mutating func received(
    _ message: [UInt8], now: LinkTime
  ) throws(LinkFault) -> OnReceived {
    defer { check() }
    guard let response = try? LinkResponse(decoding: message) else {
      throw LinkFault(.malformed, "an answer is no message")
    }
    switch (response.kind, phase) {
    case (.welcome(let welcome), .greeting): return try welcomed(welcome, now)
    case (.ack(let ack), .live), (.ack(let ack), .stalled): return try acked(ack, now)
    default: throw LinkFault(.malformed, "an answer has no place while \(state.rawValue)")
    }
  }

  private mutating func acked(_ ack: LinkAck, _ now: LinkTime) throws(LinkFault) -> OnReceived {
    guard let lane = Lane(ack.lane) else { throw LinkFault(.malformed, "an ack of no lane") }
    let rejections = try checked(ack, lane)
    stream.creditBytes = Int(clamping: ack.creditBytes)
    let hasProgress = ack.applied > lanes[lane].acked || ack.heartbeat > stream.heartbeatAnswered
    while lanes[lane].acked < ack.applied, let frame = lanes[lane].popFirst() {
      resolve(frame, rejections[frame.sequence] ?? [])
    }
    stream.heartbeatAnswered = max(stream.heartbeatAnswered, ack.heartbeat)
    if hasProgress { progressed(now) }
    return .acked(epoch: ack.epoch)
  }

  /// The rejections by frames; those of frames acked before are left out.
  private func checked(
    _ ack: LinkAck, _ lane: Lane
  ) throws(LinkFault) -> [UInt64: [RowRejection]] {
    let known = lanes[lane]
    guard ack.applied <= known.last, ack.heartbeat <= stream.heartbeat else {
      throw LinkFault(.wrongAck, "an ack of what was not sent")
    }
    var rejections: [UInt64: [RowRejection]] = [:]
    for rejection in ack.rejections where rejection.sequence > known.acked {
      guard rejection.sequence <= ack.applied else {
        throw LinkFault(.wrongAck, "a rejection of a frame that is not acked")
      }
      let rows = known.frames[Int(rejection.sequence - known.acked) - 1].rows
      guard rejection.rows.allSatisfy({ $0 < rows }) else {
        throw LinkFault(.wrongAck, "a rejection of a row that is none")
      }
      // A reason newer than this node is one that it cannot tell its client better.
      let reason =
        rejection.reason == 0
        ? nil : RejectReason(rawValue: UInt8(clamping: rejection.reason)) ?? .ownerUnavailable
      rejections[rejection.sequence, default: []] += rejection.rows.map {
        RowRejection(row: Int($0), reason: reason)
      }
    }
    return try rejections.mapValuesChecked()
  }

  /// The fate of a frame is known.
  private mutating func resolve(_ frame: InFlightFrame, _ rejections: [RowRejection]) {
    forget(frame)
    var rest = rejections[...]
    for portion in frame.portions {
      let own = rest.prefix { $0.row < portion.rows.upperBound }
      rest = rest.dropFirst(own.count)
      let repeated = own.count { $0.reason == nil }
      counters.pointsForwarded += portion.count - own.count
      counters.pointsRepeated += repeated
      guard let ticket = portion.ticket else {
        counters.pointsHinted -= portion.count
        counters.pointsGivenUp += own.count - repeated
        continue
      }
      counters.pointsInFlight -= portion.count
      counters.pointsRejected += own.count - repeated
      let rows = own.map { RowRejection(row: $0.row - portion.first, reason: $0.reason) }
      settle(ticket, .applied(rejections: rows))
    }
  }

  /// The peer does its work.
  private mutating func progressed(_ now: LinkTime) {
    let isWaiting = lanes.live.sentCount + lanes.hint.sentCount > 0 || stream.isHeartbeatDue
    stream.waitingSince = isWaiting ? now : nil
    stream.mayCloseOpen = true
    backoff.succeeded()
    if case .stalled = phase { becomeLive() }
  }
}

extension [UInt64: [RowRejection]] {
  /// Each frame's rejections in row order.
  fileprivate func mapValuesChecked() throws(LinkFault) -> [UInt64: [RowRejection]] {
    var result: [UInt64: [RowRejection]] = [:]
    for (sequence, rejections) in self {
      let sorted = rejections.sorted { $0.row < $1.row }
      for (row, next) in zip(sorted, sorted.dropFirst()) where row.row == next.row {
        throw LinkFault(.wrongAck, "a row is rejected twice")
      }
      result[sequence] = sorted
    }
    return result
  }
}
