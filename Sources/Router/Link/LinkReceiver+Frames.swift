// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

extension LinkReceiver {
  /// What a message asks for.
  public enum OnReceived: Sendable {
    /// Have the shards take all rows, then call ``applied(_:rejections:)`` with the tag.
    case apply(DecodedFrame, FrameTag)
    /// Send this.
    case answer([UInt8])
    /// Nothing now: a repeated frame that is with the shards.
    case nothing
  }

  /// A message other than the first came on a stream. O(message).
  ///
  /// - Throws: ``LinkRefusal``, with which the caller ends the stream. Nothing of the message
  ///   counts, and the stream is closed as far as this machine knows.
  public mutating func received(
    _ message: [UInt8], stream: UInt64
  ) throws(LinkRefusal) -> OnReceived {
    guard stream == self.stream else {
      throw LinkRefusal(.superseded, "the stream has been replaced or refused")
    }
    do throws(LinkRefusal) {
      let result = try answer(message)
      counters.bytesReceived += message.count
      return result
    } catch {
      self.stream = nil
      throw error
    }
  }

  private mutating func answer(_ message: [UInt8]) throws(LinkRefusal) -> OnReceived {
    guard let request = try? LinkRequest(decoding: message) else {
      throw LinkRefusal(.malformed, "no message of the protocol")
    }
    switch request.kind {
    case .frame(let frame): return try received(frame)
    case .heartbeat(let beat):
      heartbeat = max(heartbeat, beat.number)
      return .answer(ack(.live))
    case .hello: throw LinkRefusal(.protocolViolation, "a second hello")
    case nil: throw LinkRefusal(.malformed, "an empty message, or one newer than this node")
    }
  }

  private mutating func received(_ frame: LinkFrame) throws(LinkRefusal) -> OnReceived {
    guard let lane = Lane(frame.lane) else { throw LinkRefusal(.malformed, "a frame of no lane") }
    try check(frame, lanes[lane])
    let decoded = try decode(frame)
    lanes[lane].confirm(frame.confirmed)
    guard frame.sequence > lanes[lane].taken else { return repeated(frame, lane) }
    guard lanes[lane].count < RouterLimits.linkFramesInFlightMax else {
      throw LinkRefusal(.protocolViolation, "more frames are under way than may be")
    }
    lanes[lane].take(bodyBytes: frame.body.count)
    counters.framesTaken += 1
    counters.pointsTaken += decoded.count
    return .apply(
      decoded, FrameTag(incarnation: incarnation, lane: lane, sequence: frame.sequence))
  }

  private mutating func repeated(_ frame: LinkFrame, _ lane: Lane) -> OnReceived {
    counters.framesRepeated += 1
    guard frame.sequence <= lanes[lane].applied else { return .nothing }
    return .answer(ack(lane, again: frame.sequence))
  }

  private func check(_ frame: LinkFrame, _ lane: ReceiverLane) throws(LinkRefusal) {
    guard frame.sequence > 0, frame.sequence <= lane.taken + 1 else {
      throw LinkRefusal(.gap, "frame \(frame.sequence) came after \(lane.taken)")
    }
    guard frame.confirmed <= lane.applied, frame.confirmed < frame.sequence else {
      throw LinkRefusal(.protocolViolation, "frame \(frame.confirmed) is confirmed unasked")
    }
    guard frame.body.count <= RouterLimits.frameBodyBytesMax else {
      throw LinkRefusal(.tooLarge, "a body of \(frame.body.count) bytes")
    }
    let bytes = lanes.live.bytes + lanes.hint.bytes
    guard
      frame.sequence <= lane.taken
        || bytes + frame.body.count <= settings.creditBytes + RouterLimits.linkCreditSlackBytes
    else {
      throw LinkRefusal(.protocolViolation, "more bytes are under way than there is credit for")
    }
  }

  private mutating func decode(_ frame: LinkFrame) throws(LinkRefusal) -> DecodedFrame {
    let computed = frame.expectedChecksum
    guard computed == frame.checksum else {
      throw LinkRefusal(FrameFault.badChecksum(stated: frame.checksum, computed: computed))
    }
    do throws(FrameFault) {
      return try unsafe decoder.decode(
        frame.body.span.bytes, rows: frame.rows, dictionary: frame.dictionary)
    } catch {
      throw LinkRefusal(error)
    }
  }
}

extension LinkRefusal {
  /// What a frame's fault is to the stream.
  init(_ fault: FrameFault) {
    let kind: Kind =
      switch fault {
      case .tooLarge: .tooLarge
      case .unknownName: .unknownName
      case .badChecksum: .checksum
      case .malformed, .valueNaN, .timeOutOfRange: .malformed
      }
    self.init(kind, fault.description)
  }
}
