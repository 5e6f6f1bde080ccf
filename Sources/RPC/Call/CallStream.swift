// SPDX-License-Identifier: Apache-2.0

/// One stream of a connection, the same for both sides: received bytes become messages for a
/// reader, messages of a writer wait until HTTP/2 takes them, and credit is given back for what was
/// taken. What the call means is decided by ``ServerCall`` and ``ClientCall``.
final class CallStream: @unchecked Sendable {
  // Sendable: touched on its connection's loop only; tasks carry it back there.

  let id: Int32
  let body: OutboundBody
  /// The peer has sent its last frame.
  var peerEnded = false
  var inbound = InboundMessages()
  // Walked chunk by chunk; whoever is given a run cannot come back to the deframer.
  @exclusivity(unchecked) private var deframer: MessageDeframer
  private var encoding: Encoding
  private let messageBytesMax: Int
  private let messages: MessageDeframer.Compressed
  @exclusivity(unchecked) private var credit = StreamCredit()
  private var writers: [CheckedContinuation<Void, any Error>] = []
  /// Those that wait until nothing is left.
  private var emptiers: [CheckedContinuation<Void, any Error>] = []
  /// Credit that goes back when the peer has read.
  private var keptBackBytes = 0
  private let link: HTTP2Link
  private let loop: EventLoop

  /// - Parameters:
  ///   - encoding: how the peer compresses; ``expect(_:)`` if its headers are still to come.
  ///   - messages: whether they are taken in place, or wait for a reader.
  init(
    _ id: Int32, on link: HTTP2Link, _ loop: EventLoop, body: OutboundBody,
    encoding: Encoding, messageBytesMax: Int, messages: MessageDeframer.Compressed
  ) {
    self.id = id
    self.link = link
    self.loop = loop
    self.body = body
    self.encoding = encoding
    self.messageBytesMax = messageBytesMax
    self.messages = messages
    unsafe deframer = MessageDeframer(
      encoding: encoding, messageBytesMax: messageBytesMax, compressed: messages)
  }

  /// Learns, from the answer's headers, how the peer compresses.
  func expect(_ encoding: Encoding) {
    self.encoding = encoding
    unsafe deframer = MessageDeframer(
      encoding: encoding, messageBytesMax: messageBytesMax, compressed: messages)
  }

  // MARK: Receiving

  /// Cuts a DATA chunk into messages for the reader.
  ///
  /// - Returns: what is wrong with the stream, if anything.
  func receive(_ chunk: RawSpan, _ range: Range<Int>) -> DeframingError? {
    walk(chunk, range) { run, part, windowBytes in
      var frames = MessageFrames(part)
      var windowBytes = windowBytes
      while let body = frames.next(in: run) {
        let bytes = ReceivedMessage(copying: run, body, wasCompressed: false).bytes
        push(
          InboundMessages.Held(bytes: bytes, isCompressed: false, windowBytes: windowBytes))
        windowBytes = 0
      }
    }
  }

  /// Cuts a DATA chunk into runs of messages, in place. `each` owes the credit of a run.
  func walk(
    _ chunk: RawSpan, _ range: Range<Int>,
    each: (_ run: RawSpan, _ part: Range<Int>, _ windowBytes: Int) -> Void
  ) -> DeframingError? {
    var rest = range
    while true {
      switch unsafe deframer.next(in: chunk, &rest, codecs: loop.codecs) {
      case .run(let part):
        unsafe credit.handedOut(part.count)
        each(chunk, part, part.count)
      case .held(let run, let wasCompressed, let windowBytes):
        unsafe credit.handedOut(windowBytes)
        unsafe each(run.span.bytes, 0..<run.count, windowBytes)
        if !wasCompressed { loop.codecs.giveBackRoom(run) }
      case .compressed(let bytes, let windowBytes):
        unsafe credit.handedOut(windowBytes)
        push(InboundMessages.Held(bytes: bytes, isCompressed: true, windowBytes: windowBytes))
      case .exhausted(let copiedBytes):
        unsafe consume(credit.copied(copiedBytes))
        return nil
      case .failed(let error):
        consume(rest.count)
        return error
      }
    }
  }

  private func push(_ message: InboundMessages.Held) {
    switch inbound.push(message) {
    case .queued: break
    case .wanted(let reader): reader.resume(with: Result { try open(message) })
    case .unwanted: giveBack(message.windowBytes)
    }
  }

  private func open(_ message: InboundMessages.Held) throws(RPCError) -> ReceivedMessage {
    giveBack(message.windowBytes)
    guard message.isCompressed else { return ReceivedMessage(bytes: message.bytes) }
    do {
      return try loop.codecs.open(message.bytes, encoding, bytesMax: messageBytesMax)
    } catch {
      throw RPCError(error.status)
    }
  }

  /// Lets the peer send again what a reader has taken.
  func giveBack(_ windowBytes: Int) {
    if windowBytes > 0 { unsafe consume(credit.consumed(windowBytes)) }
  }

  /// Lets the peer send again what a sink is done with, once the peer itself has taken most of what
  /// was sent to it.
  func giveBackOnceRead(_ windowBytes: Int) {
    guard keptBackBytes > 0 || isCongested else { return giveBack(windowBytes) }
    if keptBackBytes == 0 { link.congested(self) }
    keptBackBytes += windowBytes
  }

  /// Lets the peer send again all that was handed out.
  func giveBackAll() {
    keptBackBytes = 0
    giveBack(unsafe credit.outstandingBytes)
  }

  private func consume(_ bytes: Int) {
    guard bytes > 0 else { return }
    link.session.consume(id, bytes: bytes)
    link.setNeedsFlush()
  }

  /// Whether the stream was cut inside a message.
  func finishReceiving() -> DeframingError? { unsafe deframer.finish() }

  /// Takes the only message of a request that has ended.
  ///
  /// - Throws: UNIMPLEMENTED when there is none, or more than one.
  func onlyMessage() throws(RPCError) -> ReceivedMessage {
    let count = inbound.count
    guard count == 1, case .message(let message) = inbound.take() else {
      throw RPCError(.unimplemented, "this method takes one message, and got \(count)")
    }
    return try open(message)
  }

  /// Takes the next message, waiting for it if need be; nil after the last.
  ///
  /// - Throws: how the call failed, or why the message could not be opened.
  func next(isolation: isolated any Actor) async throws -> ReceivedMessage? {
    let ticket = inbound.nextTicket
    return try await withTaskCancellationHandler {
      // Captured, the isolation holds in here, too.
      _ = isolation
      return try await withCheckedThrowingContinuation { reader in
        serve(reader)
        if Task.isCancelled { inbound.abandonReader(ticket) }
      }
    } onCancel: {
      loop.execute { self.inbound.abandonReader(ticket) }
    }
  }

  /// Looks and waits in one: every `await` before it, also that of the continuation, may let the
  /// loop go on in between.
  private func serve(_ reader: InboundMessages.Reader) {
    switch inbound.take() {
    case .message(let message): reader.resume(with: Result { try open(message) })
    case .end: reader.resume(returning: nil)
    case .failure(let error): reader.resume(throwing: error)
    case .wait: inbound.wait(reader)
    }
  }

  // MARK: Sending

  /// Adds a message, whole with its prefix, to what HTTP/2 takes next.
  func send(_ framed: [UInt8]) {
    body.append(framed)
    link.session.resume(id)
    link.setNeedsFlush()
  }

  /// Ends what is sent.
  func finishSending(_ end: OutboundBody.End) {
    body.finish(end)
    link.session.resume(id)
    link.setNeedsFlush()
  }

  /// Too many bytes wait: a writer should, too.
  /// A stream of which nothing waits never is: one that its peer reads is not held up for good by
  /// others that it leaves for later.
  private var isCongested: Bool {
    body.bytes > Limits.unsentBytesHigh
      || (body.bytes > 0 && link.unsent.bytes > Limits.unsentConnectionBytesHigh)
  }

  /// Waits until the peer has taken enough of what was sent.
  func drained(isolation: isolated any Actor) async throws {
    guard isCongested else { return }
    try await withCheckedThrowingContinuation { writer in
      // Asked again: the loop may have gone on since, and the last bytes may have left.
      guard isCongested else { return writer.resume() }
      writers.append(writer)
      link.congested(self)
    }
  }

  /// Waits until HTTP/2 has taken all that was sent.
  func emptied(isolation: isolated any Actor) async throws {
    guard body.bytes > 0 else { return }
    try await withCheckedThrowingContinuation { writer in
      guard body.bytes > 0 else { return writer.resume() }
      emptiers.append(writer)
      link.congested(self)
    }
  }

  /// HTTP/2 has taken some of the body.
  ///
  /// - Returns: whether writers, or credit kept back, still wait.
  func wakeWriters() -> Bool {
    let isRelieved =
      body.bytes == 0
      || (body.bytes <= Limits.unsentBytesLow
        && link.unsent.bytes <= Limits.unsentConnectionBytesLow)
    if isRelieved {
      for writer in writers { writer.resume() }
      writers = []
      giveBack(keptBackBytes)
      keptBackBytes = 0
    }
    if body.bytes == 0 {
      for writer in emptiers { writer.resume() }
      emptiers = []
    }
    return !isRelieved || !emptiers.isEmpty
  }

  /// The stream is over: whoever waits on it is told.
  ///
  /// - Parameters:
  ///   - dropping: messages that nobody has taken yet are thrown away.
  ///   - keepingBody: what was sent still goes out.
  func close(_ error: any Error, dropping: Bool, keepingBody: Bool) {
    giveBack(inbound.fail(error, dropping: dropping))
    if !keepingBody { body.discard() }
    for writer in writers + emptiers { writer.resume(throwing: error) }
    writers = []
    emptiers = []
  }

  /// Nobody will take the messages that are here.
  func dropMessages() { giveBack(inbound.drop()) }
}
