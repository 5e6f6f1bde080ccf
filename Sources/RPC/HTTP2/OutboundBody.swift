// SPDX-License-Identifier: Apache-2.0

/// Bytes that wait to be sent on all streams of a connection.
final class UnsentMeter {
  var bytes = 0
}

/// What is still to be sent on a stream: chunks in order, then an end. HTTP/2 takes from it as much
/// as the peer's windows allow; writers add to it and wait while too much is waiting.
final class OutboundBody {
  /// How the stream ends once every chunk is gone.
  enum End {
    /// With END_STREAM on the last DATA frame.
    case data
    /// With a header block.
    case trailers([HeaderField])
  }

  /// What one look at the body gave.
  struct Taken {
    var count: Int
    /// Set with the last bytes.
    var end: End?
  }

  /// Bytes that wait.
  private(set) var bytes = 0
  private(set) var end: End?
  /// At most so many length-prefixed messages in one DATA frame; nil: as many as fit.
  private let messagesPerFrameMax: Int?
  private var chunks: [[UInt8]] = []
  private var chunk = 0
  private var offset = 0
  private let meter: UnsentMeter

  /// - Parameter meter: what waits on the whole connection.
  init(_ meter: UnsentMeter, messagesPerFrameMax: Int? = nil) {
    self.meter = meter
    self.messagesPerFrameMax = messagesPerFrameMax
  }

  // Its stream's end empties it on the loop; the last reference may be let go anywhere.
  deinit { assert(bytes == 0, "a body that nobody emptied") }

  /// Nothing to send, and more may come.
  var isIdle: Bool { bytes == 0 && end == nil }

  func append(_ bytes: [UInt8]) {
    precondition(end == nil, "a chunk after the end")
    guard !bytes.isEmpty else { return }
    chunks.append(bytes)
    self.bytes += bytes.count
    meter.bytes += bytes.count
  }

  func finish(_ end: End) {
    precondition(self.end == nil, "a second end")
    self.end = end
  }

  /// Forgets what waits; nobody will take it.
  func discard() {
    chunks = []
    chunk = 0
    offset = 0
    meter.bytes -= bytes
    bytes = 0
  }

  /// Fills `buffer` as far as there are bytes.
  func take(into buffer: UnsafeMutableRawBufferPointer) -> Taken {
    var filled = 0
    while filled < buffer.count, chunk < chunks.count {
      let source = chunks[chunk]
      let count = min(buffer.count - filled, frameEnd(source) - offset)
      unsafe source.withUnsafeBytes {
        unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + count])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count]))
      }
      filled += count
      offset += count
      if offset == source.count { nextChunk() }
      if messagesPerFrameMax != nil { break }
    }
    bytes -= filled
    meter.bytes -= filled
    return Taken(count: filled, end: bytes == 0 ? end : nil)
  }

  private func nextChunk() {
    chunks[chunk] = []
    chunk += 1
    offset = 0
    if chunk == chunks.count {
      chunks.removeAll(keepingCapacity: chunks.count <= 64)
      chunk = 0
    } else if chunk >= 256 {
      chunks.removeFirst(chunk)
      chunk = 0
    }
  }

  /// Where the frame that starts at `offset` of `source` has to end.
  private func frameEnd(_ source: [UInt8]) -> Int {
    guard let messagesPerFrameMax else { return source.count }
    var end = offset
    for _ in 0..<messagesPerFrameMax where end + 5 <= source.count {
      let length = source[end + 1..<end + 5].reduce(0) { $0 << 8 | Int($1) }
      end += 5 + length
    }
    return end == offset ? source.count : min(end, source.count)
  }
}
