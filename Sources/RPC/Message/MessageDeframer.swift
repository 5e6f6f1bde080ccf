// SPDX-License-Identifier: Apache-2.0

/// Cuts one direction of one stream into gRPC's length-prefixed messages.
///
/// Uncompressed messages that lie whole in a chunk are never touched: the deframer only reads their
/// prefixes and answers with *runs*, ranges of the chunk that hold k >= 1 whole messages (walk them
/// with ``MessageFrames``). A message that spans chunks is joined in a buffer that grows as its
/// bytes arrive, never by its declared length. A compressed message is decompressed and handed out
/// under a rewritten prefix, so that a consumer in place sees nothing but runs; a consumer that
/// lets messages wait gets it as it came, or compressed kilobytes could make it hold gigabytes.
///
/// Between messages a deframer owns no heap memory. Every byte of a chunk is accounted for exactly
/// once, as part of a run, of a message or of ``Output/exhausted(copiedBytes:)``, so that
/// flow-control credit can be returned to the byte. The first error is final.
///
/// Source: gRPC over HTTP/2, "Length-Prefixed-Message".
struct MessageDeframer {
  private enum State {
    case betweenMessages
    /// The first bytes of a message: a part of its prefix, or all of it and a part of the body.
    case joining([UInt8])
    case failed(DeframingError)
  }

  private var state = State.betweenMessages
  private let encoding: Encoding
  private let compressed: Compressed
  private let messageBytesMax: Int

  /// Starts at the beginning of a stream.
  ///
  /// - Parameters:
  ///   - encoding: what the peer's `grpc-encoding` announced; `.identity` when it was absent.
  ///   - messageBytesMax: limit of a message's length, as sent and as decompressed.
  ///   - compressed: what becomes of compressed messages.
  init(encoding: Encoding, messageBytesMax: Int, compressed: Compressed = .opened) {
    self.encoding = encoding
    self.compressed = compressed
    self.messageBytesMax = min(messageBytesMax, Int(UInt32.max))
  }

  /// Takes the next thing off the front of `rest`, a range of `chunk`. Call until `.exhausted` or
  /// `.failed`. O(messages) for a run; a joined message is copied once.
  mutating func next(in chunk: RawSpan, _ rest: inout Range<Int>, codecs: Codecs) -> Output {
    precondition(rest.lowerBound >= 0 && rest.upperBound <= chunk.byteCount, "range past the chunk")
    let before = rest
    let output = advance(chunk, &rest, codecs)
    if case .failed(let error) = output {
      state = .failed(error)
      rest = before
    }
    return output
  }

  private mutating func advance(
    _ chunk: RawSpan, _ rest: inout Range<Int>, _ codecs: Codecs
  ) -> Output {
    switch state {
    case .failed(let error):
      return .failed(error)
    case .joining(var carry):
      // Only the local copy is left, so that appending to it copies nothing.
      state = .betweenMessages
      return join(&carry, chunk, &rest, codecs)
    case .betweenMessages:
      let start = rest.lowerBound
      let end = endOfRun(chunk, rest)
      guard end == start else {
        rest = end..<rest.upperBound
        return .run(start..<end)
      }
      return beginMessage(chunk, &rest, codecs)
    }
  }

  /// The peer has sent its last byte. Returns an error when that cut a message short.
  mutating func finish() -> DeframingError? {
    switch state {
    case .betweenMessages: return nil
    case .failed(let error): return error
    case .joining(let carry):
      let error = DeframingError.truncated(bytesMissing: framedBytes(carry) - carry.count)
      state = .failed(error)
      return error
    }
  }

  /// How far whole, plain, small enough messages follow one another.
  private func endOfRun(_ chunk: RawSpan, _ range: Range<Int>) -> Int {
    var offset = range.lowerBound
    while range.upperBound - offset >= MessagePrefix.byteCount {
      let prefix = MessagePrefix(chunk, at: offset)
      let next = offset + MessagePrefix.byteCount + prefix.length
      guard prefix.flag == 0, prefix.length <= messageBytesMax, next <= range.upperBound else {
        break
      }
      offset = next
    }
    return offset
  }

  /// A message at the front of `rest` that is no part of a run: cut, compressed, or not allowed.
  private mutating func beginMessage(
    _ chunk: RawSpan, _ rest: inout Range<Int>, _ codecs: Codecs
  ) -> Output {
    if rest.isEmpty { return .exhausted(copiedBytes: 0) }
    var carry: [UInt8] = []
    guard rest.count >= MessagePrefix.byteCount else { return join(&carry, chunk, &rest, codecs) }
    let prefix = MessagePrefix(chunk, at: rest.lowerBound)
    if let error = refusal(of: prefix) { return .failed(error) }
    let framed = MessagePrefix.byteCount + prefix.length
    guard framed <= rest.count else { return join(&carry, chunk, &rest, codecs) }
    let body = rest.lowerBound + MessagePrefix.byteCount..<rest.lowerBound + framed
    rest = body.upperBound..<rest.upperBound
    return handOutCompressed(chunk, body, codecs, windowBytes: framed)
  }

  /// Adds to the message begun in `carry` what the chunk has of it.
  private mutating func join(
    _ carry: inout [UInt8], _ chunk: RawSpan, _ rest: inout Range<Int>, _ codecs: Codecs
  ) -> Output {
    let before = carry.count
    if carry.count < MessagePrefix.byteCount {
      carry.take(from: chunk, &rest, upTo: MessagePrefix.byteCount)
      guard carry.count == MessagePrefix.byteCount else {
        let copied = carry.count - before
        if !carry.isEmpty { state = .joining(carry) }
        return .exhausted(copiedBytes: copied)
      }
      let prefix = MessagePrefix(carry)
      if let error = refusal(of: prefix) { return .failed(error) }
      var room = codecs.takeRoom(MessagePrefix.byteCount + prefix.length)
      room.append(contentsOf: carry)
      carry = room
    }
    let prefix = MessagePrefix(carry)
    carry.take(from: chunk, &rest, upTo: MessagePrefix.byteCount + prefix.length)
    let taken = carry.count - before
    guard carry.count == MessagePrefix.byteCount + prefix.length else {
      state = .joining(carry)
      return .exhausted(copiedBytes: taken)
    }
    guard prefix.flag == 1 else {
      return .held(carry, wasCompressed: false, windowBytes: taken)
    }
    let body = MessagePrefix.byteCount..<carry.count
    return unsafe handOutCompressed(carry.span.bytes, body, codecs, windowBytes: taken)
  }

  private func handOutCompressed(
    _ bytes: RawSpan, _ body: Range<Int>, _ codecs: Codecs, windowBytes: Int
  ) -> Output {
    switch compressed {
    case .kept:
      var message: [UInt8] = []
      message.append(bytes, body)
      return .compressed(message, windowBytes: windowBytes)
    case .opened:
      switch codecs.openFramed(bytes, body, encoding, bytesMax: messageBytesMax) {
      case .success(let run): return .held(run, wasCompressed: true, windowBytes: windowBytes)
      case .failure(let error): return .failed(error)
      }
    }
  }

  private func refusal(of prefix: MessagePrefix) -> DeframingError? {
    if prefix.flag > 1 { return .flagInvalid(prefix.flag) }
    if prefix.flag == 1 && encoding == .identity { return .compressedWithoutEncoding }
    if prefix.length > messageBytesMax {
      return .messageTooLarge(bytes: prefix.length, bytesMax: messageBytesMax)
    }
    return nil
  }

  private func framedBytes(_ carry: [UInt8]) -> Int {
    guard carry.count >= MessagePrefix.byteCount else { return MessagePrefix.byteCount }
    return MessagePrefix.byteCount + MessagePrefix(carry).length
  }
}

extension [UInt8] {
  /// Moves bytes from the front of `rest` until the array holds `count` of them. Grows by doubling,
  /// but never past `count`.
  fileprivate mutating func take(from chunk: RawSpan, _ rest: inout Range<Int>, upTo count: Int) {
    let taken = Swift.min(count - self.count, rest.count)
    let needed = self.count + taken
    if needed > capacity { reserveCapacity(Swift.min(count, Swift.max(needed, 2 * capacity))) }
    let range = rest.lowerBound..<rest.lowerBound + taken
    append(chunk, range)
    rest = range.upperBound..<rest.upperBound
  }
}
