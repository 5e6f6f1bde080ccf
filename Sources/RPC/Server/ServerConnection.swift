// SPDX-License-Identifier: Apache-2.0

/// One client's connection: an actor on its loop. It turns HTTP/2 events into calls, runs their
/// handlers, and writes their answers.
actor ServerConnection {
  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  let core: ServerCore
  /// Where handlers run; nil: on the global executor.
  let handlers: LoopTaskExecutor?
  let link: HTTP2Link
  var calls: [Int32: ServerCall] = [:]
  var lifetime: ConnectionLifetime
  var timer: LoopTimer?
  private var isGone = false
  private let closed: @Sendable (ServerConnection) -> Void

  init(
    _ core: ServerCore, _ loop: EventLoop, handlers: LoopTaskExecutor?,
    _ stream: any ByteStream, closed: @escaping @Sendable (ServerConnection) -> Void
  ) {
    self.core = core
    self.loop = loop
    self.handlers = handlers
    self.closed = closed
    lifetime = ConnectionLifetime(
      core.options, now: .now, random: Double.random(in: 0..<1))
    link = HTTP2Link(loop, stream, HTTP2Session(.server, settings: core.options.settings))
  }

  func start() {
    link.delegate = self
    let timer = LoopTimer(loop) { [unowned self] in assumeIsolated { $0.timerFired() } }
    self.timer = timer
    act(lifetime.tick(now: .now))
  }

  // MARK: Events

  private func handle(_ events: HTTP2Events, _ bytes: UnsafeRawBufferPointer) {
    if bytes.count > 0 { lifetime.bytesRead(now: .now) }
    // What came behind the frame that ended the connection is nobody's.
    for event in events.list where !isGone {
      switch event {
      case .data(let stream, let chunks):
        unsafe received(stream, bytes.bytes, events.chunks[chunks])
      case .headers(let headers): received(headers)
      case .endStream(let stream): ended(stream)
      case .sentEndStream(let stream): sentEnd(stream)
      case .closed(let stream, let error): closed(stream, error)
      case .ping:
        if link.session.takeHasAnswered() { lifetime.answerSent() }
        act(lifetime.pingReceived(now: .now))
      case .pingAck: act(lifetime.pingAcknowledged(now: .now))
      case .notSent(let stream): notSent(stream)
      case .goAway: break
      case .streamOutOfOrder: link.session.terminate(.protocolError)
      }
    }
  }

  private func received(_ headers: HTTP2Headers) {
    guard headers.kind == .request else { return }
    lifetime.streamOpened()
    open(headers)
  }

  private func received(_ id: Int32, _ bytes: RawSpan, _ chunks: ArraySlice<Range<Int>>) {
    guard let call = calls[id] else {
      return link.session.consume(id, bytes: chunks.reduce(0) { $0 + $1.count })
    }
    var rest = chunks
    while let chunk = rest.popFirst() {
      guard chunk.count < Limits.gatheredChunkBytesMax, case .bulk = call.work,
        let next = rest.first, next.count < Limits.gatheredChunkBytesMax
      else {
        received(call, bytes, chunk)
        continue
      }
      receivedSmall(call, bytes, chunk, &rest)
    }
  }

  /// Small chunks become one. What they are taken out of are the frames' heads.
  private func receivedSmall(
    _ call: ServerCall, _ bytes: RawSpan, _ first: Range<Int>,
    _ rest: inout ArraySlice<Range<Int>>
  ) {
    var gathered: [UInt8] = []
    swap(&gathered, &loop.gathered)
    gathered.removeAll(keepingCapacity: true)
    gathered.append(bytes, first)
    while let chunk = rest.first, chunk.count < Limits.gatheredChunkBytesMax {
      gathered.append(bytes, chunk)
      rest.removeFirst()
    }
    unsafe received(call, gathered.span.bytes, 0..<gathered.count)
    swap(&gathered, &loop.gathered)
  }

  private func received(_ call: ServerCall, _ bytes: RawSpan, _ chunk: Range<Int>) {
    switch call.work {
    case .plain, .over:
      link.session.consume(call.stream.id, bytes: chunk.count)
    case .unary:
      if let error = call.stream.receive(bytes, chunk) { fail(call, error.status) }
      if call.stream.inbound.count > 1 { fail(call, .messagesTooMany) }
    case .streaming:
      if let error = call.stream.receive(bytes, chunk) { fail(call, error.status) }
    case .admitting(var waiting):
      call.work = .over
      waiting.append(bytes, chunk)
      call.work = .admitting(waiting)
    case .bulk(let sink):
      if let error = call.feed(sink, bytes, chunk) { fail(call, error.status) }
    }
  }

  private func ended(_ id: Int32) {
    guard let call = calls[id] else { return }
    call.stream.peerEnded = true
    if call.isOpen, let error = call.stream.finishReceiving() {
      return fail(call, error.status)
    }
    switch call.work {
    case .plain(let refusal): refuse(call, refusal)
    case .unary(let handler): run(call, handler)
    case .streaming: call.stream.inbound.finish()
    case .bulk(let sink): if call.isOpen { sink.receivedEnd() }
    case .admitting, .over: break
    }
  }

  /// Our answer is on its way: a client that still sends need not. It ends the stream itself when
  /// it has read the answer; one that does not is told to. Not at once: HAProxy 2.6 forgets the
  /// answer over a reset that it reads together with it.
  private func sentEnd(_ id: Int32) {
    guard let call = calls[id], !call.stream.peerEnded else { return }
    let timer = LoopTimer(loop) { [unowned self] in
      assumeIsolated { $0.resetLeftover(id) }
    }
    call.deadline?.close()
    call.deadline = timer
    timer.start(after: Limits.answeredStreamMax)
  }

  private func resetLeftover(_ id: Int32) {
    guard let call = calls[id], !call.stream.peerEnded else { return }
    link.session.reset(id, .noError)
    link.setNeedsFlush()
  }

  /// The answer was too large to be sent; its call has ended here, and has to end there.
  private func notSent(_ id: Int32) {
    link.session.reset(id, .internalError)
    link.setNeedsFlush()
  }

  private func closed(_ id: Int32, _ error: UInt32) {
    guard let call = calls.removeValue(forKey: id) else { return }
    let status = error == 0 ? RPCStatus(.cancelled, "call is over") : RPCStatus(resetWith: error)
    abandon(call, status)
    act(lifetime.streamClosed(now: .now))
  }

  // MARK: Life

  private func timerFired() { act(lifetime.tick(now: .now)) }

  /// Refuses new calls and closes once the present ones are over, or the grace is.
  func shutDown(grace: Duration) { act(lifetime.shutDown(now: .now, grace: grace)) }

  /// Ends every call, and the connection.
  private func close(_ reason: String, goAway code: HTTP2ErrorCode = .noError) {
    guard !isGone else { return }
    for call in calls.values where call.isOpen {
      fail(call, RPCStatus(.unavailable, reason))
    }
    link.session.submitGoAway(code, debug: reason)
    link.close()
    gone(reason)
  }

  private func act(_ actions: [ConnectionLifetime.Action]) {
    for action in actions {
      switch action {
      case .ping: link.session.ping()
      case .warn: link.session.submitShutdownNotice()
      case .goAway: link.session.submitGoAway(.noError)
      case .endCalls(let reason):
        for call in calls.values where call.isOpen { end(call, RPCStatus(.unavailable, reason)) }
      case .refuseToBePinged:
        return close(PingEnforcer.debugData, goAway: .enhanceYourCalm)
      case .close(let reason): return close(reason)
      case .wake(let instant): timer?.start(after: ContinuousClock.now.duration(to: instant))
      }
      link.setNeedsFlush()
    }
  }

  /// The link is closed. Closing it can itself be how this is heard first.
  private func gone(_ reason: String?) {
    guard !isGone else { return }
    isGone = true
    core.log(.connectionClosed(peer: link.stream.peer, reason: reason))
    timer?.close()
    timer = nil
    let open = calls
    calls = [:]
    for call in open.values { abandon(call, RPCStatus(.cancelled, "the connection is gone")) }
    closed(self)
  }
}

extension ServerConnection: HTTP2LinkDelegate {
  nonisolated func linkReceived(_ events: HTTP2Events, _ bytes: UnsafeRawBufferPointer) {
    // The bytes do not outlive the call, which stays on this thread.
    nonisolated(unsafe) let bytes = unsafe bytes
    assumeIsolated { unsafe $0.handle(events, bytes) }
  }

  nonisolated func linkClosed(_ reason: LinkFailure?) {
    assumeIsolated { $0.gone(reason?.text) }
  }
}
