// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

extension LinkSender {
  /// The next message to send now: a frame, a heartbeat, or nil.
  ///
  /// Call it until nil, while the transport takes more, after every other call. Each message given
  /// out has to be sent in this order on the stream that is open. First come frames that the peer
  /// may have got already, then a hint when none is under way, fresh points, more hints. O(rows).
  ///
  /// - Parameter wall: Unix seconds.
  public mutating func nextMessage(now: LinkTime, wall: Int64) -> [UInt8]? {
    guard case .live = phase else { return nil }
    defer { check() }
    guard let message = nextFrame(wall) ?? heartbeat(now) else { return nil }
    stream.sentAt = now
    if stream.waitingSince == nil { stream.waitingSince = now }
    counters.bytesSent += message.count
    return message
  }

  private mutating func nextFrame(_ wall: Int64) -> [UInt8]? {
    for lane in Lane.allCases where lanes[lane].hasFramesToResend { return resend(lane) }
    if lanes.hint.isEmpty, !hints.isEmpty {
      // It would never be its turn while fresh points use all credit.
      return sendHint(wall) ?? (hints.isEmpty ? sendFresh() : nil)
    }
    return sendFresh() ?? (queue.isEmpty ? sendHint(wall) : nil)
  }

  private mutating func heartbeat(_ now: LinkTime) -> [UInt8]? {
    guard stream.waitingSince == nil, now - stream.sentAt >= RouterLimits.linkHeartbeatInterval
    else { return nil }
    stream.heartbeat += 1
    return LinkMessages.request(.heartbeat(.with { $0.number = stream.heartbeat }))
  }

  // MARK: Frames

  private mutating func resend(_ lane: Lane) -> [UInt8]? {
    guard let frame = lanes[lane].resending, hasCredit(frame.bodyBytes) else { return nil }
    let (message, bodyBytes) = encode(frame, lane)
    counters.bytesInFlight += lanes[lane].resent(bodyBytes)
    counters.framesResent += 1
    return message
  }

  private mutating func sendFresh() -> [UInt8]? {
    guard lanes.live.hasRoom else { return nil }
    if queue.isEmpty, open != nil,
      stream.mayCloseOpen || lanes.live.frames.count < RouterLimits.linkFramesEager,
      hasCredit(open?.bytes ?? 0)
    {
      closeOpen()
      stream.mayCloseOpen = false
    }
    guard let next = queue.first, hasCredit(next.bytes) else { return nil }
    _ = queue.popFirst()
    counters.bytesQueued -= next.bytes
    let unsettled = next.portions.unsettledPoints
    counters.pointsQueued -= unsettled
    counters.pointsInFlight += unsettled
    return send(InFlightFrame(sequence: lanes.live.next, next), .live)
  }

  private mutating func sendHint(_ wall: Int64) -> [UInt8]? {
    expireHints(wall)
    guard let bytes = hints.nextBytes, lanes.hint.hasRoom, hasCredit(bytes),
      let hint = hints.lend()
    else { return nil }
    counters.bytesHinted = hints.bytes
    return send(InFlightFrame(sequence: lanes.hint.next, hint), .hint)
  }

  private mutating func send(_ frame: InFlightFrame, _ lane: Lane) -> [UInt8] {
    var frame = frame
    let (message, bodyBytes) = encode(frame, lane)
    frame.bodyBytes = bodyBytes
    lanes[lane].sent(frame)
    counters.bytesInFlight += bodyBytes
    counters.framesSent += 1
    return message
  }

  /// Whether a body of so many bytes may go; one always may.
  private func hasCredit(_ bytes: Int) -> Bool {
    let sent = lanes.live.sentBytes + lanes.hint.sentBytes
    return sent == 0 || sent + bytes <= min(stream.creditBytes, settings.queueBytesMax / 2)
  }

  private mutating func encode(_ frame: InFlightFrame, _ lane: Lane) -> ([UInt8], Int) {
    var wire = LinkFrame()
    wire.lane = lane.wire
    wire.sequence = frame.sequence
    wire.confirmed = lanes[lane].acked
    wire.rows = UInt32(frame.rows)
    switch frame.content {
    case .columns(let columns):
      wire.dictionary = columns.dictionary.number
      wire.body = stream.encoder.encode(columns)
    case .hint(let hint): wire.body = hint.body
    }
    counters.pointsSent += frame.rows
    return (LinkMessages.frame(wire), wire.body.count)
  }
}
