// SPDX-License-Identifier: Apache-2.0

/// Cuts one direction of one stream into gRPC's length-prefixed messages.
///
/// Uncompressed messages that lie whole in a chunk are never touched: the deframer only reads their
/// prefixes and answers with *runs*, ranges of the chunk that hold k >= 1 whole messages (walk them
/// with ``MessageFrames``). A message that spans chunks is joined in a buffer that grows as its
/// bytes arrive, never by its declared length. A compressed message is decompressed and handed out
/// under a rewritten prefix, so that a consumer sees nothing but runs.
///
/// Between messages a deframer owns no heap memory. Every byte of a chunk is accounted for exactly
/// once, as part of a run, of a held message or of ``Output/exhausted(copiedBytes:)``, so that
/// flow-control credit can be returned to the byte. The first error is final.
///
/// Source: gRPC over HTTP/2, "Length-Prefixed-Message".
struct MessageDeframer {
  /// What ``next(in:_:codecs:)`` found.
  enum Output: Equatable {
    /// Whole uncompressed messages, in place: a range of the chunk. It took as many flow-control
    /// bytes as it is long; return them when the messages have been consumed.
    case run(Range<Int>)
    /// One message that could not stay in place. The array is a run of its own, prefix included.
    /// `windowBytes` are the bytes of *this* chunk that it took; earlier ones were `copiedBytes`.
    case held([UInt8], wasCompressed: Bool, windowBytes: Int)
    /// Nothing is left in the chunk. Its last `copiedBytes` bytes begin or continue a message and
    /// have been copied: see ``StreamCredit`` for when to return them.
    case exhausted(copiedBytes: Int)
    /// The stream is malformed, now and for every later call.
    case failed(DeframingError)
  }

  private enum State {
    case betweenMessages
    /// The first bytes of a message: a part of its prefix, or all of it and a part of the body.
    case joining([UInt8])
    case failed(DeframingError)
  }

  private var state = State.betweenMessages
  private let encoding: Encoding
  private let messageBytesMax: Int

  /// Starts at the beginning of a stream.
  ///
  /// - Parameters:
  ///   - encoding: what the peer's `grpc-encoding` announced; `.identity` when it was absent.
  ///   - messageBytesMax: limit of a message's length, as sent and as decompressed.
  init(encoding: Encoding, messageBytesMax: Int) {
    self.encoding = encoding
    self.messageBytesMax = min(messageBytesMax, Int(UInt32.max))
  }

  /// Takes the next thing off the front of `rest`, a range of `chunk`. Call until `.exhausted` or
  /// `.failed`. O(messages) for a run; a joined message is copied once.
  mutating func next(in chunk: RawSpan, _ rest: inout Range<Int>, codecs: Codecs) -> Output {
    precondition(rest.lowerBound >= 0 && rest.upperBound <= chunk.byteCount, "range past the chunk")
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
    if let error = refusal(of: prefix) { return fail(error) }
    let framed = MessagePrefix.byteCount + prefix.length
    guard framed <= rest.count else { return join(&carry, chunk, &rest, codecs) }
    let body = rest.lowerBound + MessagePrefix.byteCount..<rest.lowerBound + framed
    rest = body.upperBound..<rest.upperBound
    return decompress(chunk, body, codecs, windowBytes: framed)
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
      if let error = refusal(of: MessagePrefix(carry)) { return fail(error) }
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
    return unsafe decompress(carry.span.bytes, body, codecs, windowBytes: taken)
  }

  private mutating func decompress(
    _ bytes: RawSpan, _ body: Range<Int>, _ codecs: Codecs, windowBytes: Int
  ) -> Output {
    switch codecs.decompressFramed(bytes, body, encoding, bytesMax: messageBytesMax) {
    case .success(let run): return .held(run, wasCompressed: true, windowBytes: windowBytes)
    case .failure(.corrupt(let reason)): return fail(.corrupt(encoding, reason))
    case .failure(.tooLarge):
      return fail(.decompressedTooLarge(encoding, bytesMax: messageBytesMax))
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

  private mutating func fail(_ error: DeframingError) -> Output {
    state = .failed(error)
    return .failed(error)
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
