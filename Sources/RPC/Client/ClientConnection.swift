// SPDX-License-Identifier: Apache-2.0

/// A channel's connection to its server: an actor on the channel's loop that carries calls.
actor ClientConnection {
  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  let options: ChannelOptions
  let authority: String
  let link: HTTP2Link
  var calls: [Int32: ClientCallState] = [:]
  /// No new calls are taken; the connection ends with the last one.
  private(set) var isLeaving = false
  private var isClosed = false
  /// Calls on streams above it have not been looked at by the server.
  private var lastProcessed = Int32.max
  private var keepalive: KeepaliveSender?
  private var timer: LoopTimer?
  private let left: @Sendable (ClientConnection) -> Void

  /// - Parameter left: called on the loop, once, when new calls need another connection.
  init(
    _ options: ChannelOptions, authority: String, _ loop: EventLoop, _ stream: any ByteStream,
    left: @escaping @Sendable (ClientConnection) -> Void
  ) {
    self.options = options
    self.authority = authority
    self.loop = loop
    self.left = left
    link = HTTP2Link(loop, stream, HTTP2Session(.client, settings: options.settings))
    keepalive = options.keepaliveInterval.map {
      KeepaliveSender(
        interval: max($0, options.keepaliveIntervalMin), timeout: options.keepaliveTimeout,
        permitsWithoutCalls: false, now: .now)
    }
  }

  // Nobody makes calls any more, and nobody waits for one.
  isolated deinit {
    if isClosed { return }
    timer?.close()
    link.close()
  }

  func start() {
    link.delegate = self
    guard keepalive != nil else { return }
    timer = LoopTimer(loop) { [unowned self] in assumeIsolated { $0.tick() } }
  }

  // MARK: Events

  private func handle(_ events: HTTP2Events, _ bytes: UnsafeRawBufferPointer) {
    if bytes.count > 0 { keepalive?.bytesRead(now: .now) }
    for event in events.list {
      switch event {
      case .headers(let headers): received(headers)
      case .data(let stream, let chunks):
        unsafe received(stream, bytes.bytes, events.chunks[chunks])
      case .endStream(let stream): ended(stream)
      case .closed(let stream, let error): closed(stream, error)
      case .goAway(let lastStream, _):
        lastProcessed = lastStream
        leave()
      case .notSent(let stream): notSent(stream)
      case .sentEndStream, .ping, .pingAck, .streamOutOfOrder: break
      }
    }
  }

  private func received(_ headers: HTTP2Headers) {
    guard let call = calls[headers.stream], call.end == nil else { return }
    guard var end = call.received(headers) else { return }
    if end.status.code == .ok, let error = call.stream.finishReceiving() {
      end.status = error.status
    }
    call.finish(end)
    // What is still to be said on the stream, by either side, interests nobody.
    if !headers.endsStream || call.stream.body.end == nil {
      link.session.reset(headers.stream, headers.endsStream ? .noError : .cancel)
      link.setNeedsFlush()
    }
  }

  private func received(_ id: Int32, _ bytes: RawSpan, _ chunks: ArraySlice<Range<Int>>) {
    for chunk in chunks {
      guard let call = calls[id], call.end == nil else {
        link.session.consume(id, bytes: chunk.count)
        continue
      }
      if call.initialMetadata == nil {
        link.session.consume(id, bytes: chunk.count)
        end(call, RPCStatus(.internal, "a message before the headers"))
      } else if let error = call.stream.receive(bytes, chunk) {
        end(call, error.status)
      }
    }
  }

  private func ended(_ id: Int32) {
    guard let call = calls[id], call.end == nil else { return }
    end(call, RPCStatus(.internal, "the answer ended without a status"))
  }

  private func notSent(_ id: Int32) {
    guard let call = calls[id] else { return }
    end(call, RPCStatus(.internal, "the metadata is too large to be sent"))
  }

  private func closed(_ id: Int32, _ error: UInt32) {
    guard let call = calls.removeValue(forKey: id) else { return }
    let isUnprocessed = id > lastProcessed || error == HTTP2ErrorCode.refusedStream.rawValue
    let status =
      isUnprocessed
      ? RPCStatus(.unavailable, "the server did not take the call") : RPCStatus(resetWith: error)
    call.finish(ClientCallState.End(status: status, isUnprocessed: isUnprocessed))
    closeIfDone()
  }

  /// Ends a call from this side, if it is not over.
  func end(_ call: ClientCallState, _ status: RPCStatus) {
    guard call.end == nil else { return }
    link.session.reset(call.stream.id, .cancel)
    link.setNeedsFlush()
    call.finish(ClientCallState.End(status: status))
  }

  // MARK: Life

  /// Takes no new calls, and ends the connection once its calls are over.
  func leave() {
    guard !isLeaving else { return }
    isLeaving = true
    left(self)
    closeIfDone()
  }

  /// Ends the connection, and its calls with `status`.
  func close(_ status: RPCStatus) {
    for call in calls.values { end(call, status) }
    leave()
    closeIfDone()
  }

  private func closeIfDone() {
    guard isLeaving, !isClosed, calls.values.allSatisfy({ $0.end != nil }) else { return }
    link.session.submitGoAway(.noError)
    link.close()
    gone()
  }

  private func gone() {
    isClosed = true
    timer?.close()
    timer = nil
  }

  private func lost(_ reason: LinkFailure?) {
    gone()
    let open = calls
    calls = [:]
    let text = reason?.text ?? "ended by the server"
    for (id, call) in open {
      call.finish(
        ClientCallState.End(
          status: RPCStatus(.unavailable, "connection lost: \(text)"),
          isUnprocessed: id > lastProcessed))
    }
    leave()
  }

  func tick() {
    guard let timer, var keepalive else { return }
    defer { self.keepalive = keepalive }
    switch keepalive.timerFired(now: .now, openCalls: calls.count) {
    case .wait: break
    case .ping:
      link.session.ping()
      link.setNeedsFlush()
    case .close:
      return close(RPCStatus(.unavailable, "the server does not answer pings"))
    }
    if let wake = keepalive.wakeTime(openCalls: calls.count) {
      timer.start(after: ContinuousClock.now.duration(to: wake))
    }
  }
}

extension ClientConnection: HTTP2LinkDelegate {
  nonisolated func linkReceived(_ events: HTTP2Events, _ bytes: UnsafeRawBufferPointer) {
    // The bytes do not outlive the call, which stays on this thread.
    nonisolated(unsafe) let bytes = unsafe bytes
    assumeIsolated { unsafe $0.handle(events, bytes) }
  }

  nonisolated func linkClosed(_ reason: LinkFailure?) {
    assumeIsolated { $0.lost(reason) }
  }
}
