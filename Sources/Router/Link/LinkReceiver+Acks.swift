// SPDX-License-Identifier: Apache-2.0
internal import Proto

extension LinkReceiver {
  /// The shards have taken all rows of a frame but these. In any order of frames.
  ///
  /// - Returns: an ack and the stream to send it on, if there is news for the sender and a stream.
  /// - Precondition: the tag came from ``OnReceived/apply(_:_:)``, and is given back once.
  public mutating func applied(
    _ tag: FrameTag, rejections: [RowRejection]
  ) -> (stream: UInt64, message: [UInt8])? {
    counters.framesApplied += 1
    counters.pointsRejected += rejections.count { $0.reason != nil }
    guard tag.incarnation == incarnation else { return nil }
    lanes[tag.lane].finish(tag.sequence, rejections)
    guard let stream, lanes[tag.lane].hasNews else { return nil }
    return (stream, ack(tag.lane))
  }

  /// An ack of all that is applied, with the verdicts that the stream has not been told.
  ///
  /// - Parameter sequence: a frame whose verdict is said again.
  mutating func ack(_ lane: Lane, again sequence: UInt64? = nil) -> [UInt8] {
    var ack = LinkAck()
    ack.lane = lane.wire
    ack.applied = lanes[lane].applied
    ack.rejections = lanes[lane].takeNews(again: sequence)
    ack.creditBytes = UInt64(settings.creditBytes)
    ack.epoch = epoch
    ack.heartbeat = heartbeat
    return LinkMessages.response(.ack(ack))
  }
}
