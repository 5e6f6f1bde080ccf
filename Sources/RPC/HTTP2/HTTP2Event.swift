// SPDX-License-Identifier: Apache-2.0

/// What the peer did, in the order in which it did it.
enum HTTP2Event {
  /// A whole header block: a request's, a response's, or trailers.
  case headers(HTTP2Headers)
  /// DATA, in place: `range` counts from the start of the bytes that were being received.
  case data(stream: Int32, range: Range<Int>)
  /// The peer has sent its last frame on the stream.
  case endStream(Int32)
  /// The last frame of ours on the stream (END_STREAM) is on its way.
  case sentEndStream(Int32)
  /// The stream is gone; `error` is an HTTP/2 error code, 0 when it ended as it should.
  case closed(stream: Int32, error: UInt32)
  /// The peer takes no new streams, and has not looked at those above `lastStream`.
  case goAway(lastStream: Int32, error: UInt32)
  /// A PING of the peer, already answered.
  case ping
  /// The answer to a PING of ours.
  case pingAck
  /// HEADERS opened a stream below one that was opened before.
  case streamOutOfOrder(Int32)
}

/// A received header block.
struct HTTP2Headers {
  /// What the block opens or ends.
  enum Kind {
    case request
    case response
    case trailers
  }

  var stream: Int32
  var kind: Kind
  /// In the order of the block, pseudo headers first.
  var fields: [HeaderField]
  var endsStream: Bool
  /// The block was larger than was announced; `fields` holds its beginning.
  var isTooLarge: Bool
}
