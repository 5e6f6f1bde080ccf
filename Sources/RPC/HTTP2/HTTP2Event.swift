// SPDX-License-Identifier: Apache-2.0

/// What the peer did while some bytes were received.
struct HTTP2Events {
  /// In the order in which it did it.
  private(set) var list: [HTTP2Event] = []
  /// The chunks of DATA frames, counted from the start of the bytes. Apart from the events, so that
  /// a hundred small frames of one stream are one event.
  private(set) var chunks: [Range<Int>] = []

  mutating func append(_ event: HTTP2Event) { list.append(event) }

  /// A piece of a DATA frame.
  mutating func append(data range: Range<Int>, of stream: Int32) {
    chunks.append(range)
    let end = chunks.count
    if case .data(stream, let before)? = list.last {
      list[list.count - 1] = .data(stream: stream, chunks: before.lowerBound..<end)
    } else {
      list.append(.data(stream: stream, chunks: end - 1..<end))
    }
  }

  /// Forgets all, and keeps the memory.
  mutating func removeAll() {
    list.removeAll(keepingCapacity: true)
    chunks.removeAll(keepingCapacity: true)
  }
}

/// One thing that the peer did.
enum HTTP2Event {
  /// A whole header block: a request's, a response's, or trailers.
  case headers(HTTP2Headers)
  /// DATA of one stream, in place: `chunks` are indices of ``HTTP2Events/chunks``.
  case data(stream: Int32, chunks: Range<Int>)
  /// The peer has sent its last frame on the stream.
  case endStream(Int32)
  /// The last frame of ours on the stream (END_STREAM) is on its way.
  case sentEndStream(Int32)
  /// The stream is gone; `error` is an HTTP/2 error code, 0 when it ended as it should.
  case closed(stream: Int32, error: UInt32)
  /// A header block of ours on the stream was too large to be sent.
  case notSent(Int32)
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
