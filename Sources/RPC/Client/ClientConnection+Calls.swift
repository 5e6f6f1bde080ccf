// SPDX-License-Identifier: Apache-2.0

/// What callers do with their calls.
extension ClientConnection {
  /// Sends a call's headers.
  ///
  /// - Returns: nil when the connection takes no new calls.
  func open(_ request: ClientRequest) throws -> ClientCallState? {
    guard !isLeaving else { return nil }
    let options = request.options
    let body = OutboundBody(link.unsent, messagesPerFrameMax: options.messagesPerFrameMax)
    guard let id = link.session.submitRequest(try fields(request), body: body) else {
      leave()
      return nil
    }
    link.setNeedsFlush()
    let stream = CallStream(
      id, on: link, loop, body: body, encoding: .identity,
      messageBytesMax: options.messageBytesMax, messages: .kept)
    let call = ClientCallState(stream, sending: options.encoding)
    calls[id] = call
    if let timeout = options.timeout { start(timeout, call) }
    tick()
    return call
  }

  private func start(_ timeout: Duration, _ call: ClientCallState) {
    let timer = LoopTimer(loop) { [unowned self, unowned call] in
      assumeIsolated {
        $0.end(call, RPCStatus(.deadlineExceeded, "the call's deadline has passed"))
      }
    }
    call.deadline = timer
    timer.start(after: timeout)
  }

  private func fields(_ request: ClientRequest) throws -> [HeaderField] {
    var fields = [
      HeaderField(":method", "POST"), HeaderField(":scheme", "http"),
      HeaderField(":path", request.path), HeaderField(":authority", authority),
      HeaderField("te", "trailers"), HeaderField("content-type", ContentType.grpc),
      HeaderField("user-agent", options.userAgent),
      HeaderField("grpc-accept-encoding", Encoding.acceptList),
    ]
    if let timeout = request.options.timeout {
      fields.append(HeaderField("grpc-timeout", Timeout.format(timeout)))
    }
    if request.options.encoding != .identity {
      fields.append(HeaderField("grpc-encoding", request.options.encoding.rawValue))
    }
    return try fields + request.options.metadata.sendableFields()
  }

  func send(_ call: ClientCallState, _ message: [UInt8], compress: Bool) async throws -> Int {
    var framed: [UInt8] = []
    framed.reserveCapacity(MessagePrefix.byteCount + message.count)
    try MessageFramer.append(
      message, encoding: compress ? call.encoding : .identity, codecs: loop.codecs,
      to: &framed)
    try await send(call, framed: framed)
    return framed.count
  }

  func send(_ call: ClientCallState, framed: [UInt8]) async throws {
    try requireOpen(call)
    call.stream.send(framed)
    try await call.stream.drained(isolation: self)
  }

  func finishSending(_ call: ClientCallState) throws {
    try requireOpen(call)
    call.stream.finishSending(.data)
  }

  private func requireOpen(_ call: ClientCallState) throws {
    if let end = call.end {
      throw end.status.code == .ok
        ? RPCError.callIsOver : RPCError(end.status, trailers: end.trailers)
    }
    guard call.stream.body.end == nil else {
      throw RPCError(.internal, "a message after the last one")
    }
  }

  func next(_ call: ClientCallState) async throws -> ReceivedMessage? {
    do {
      return try await call.stream.next(isolation: self)
    } catch let error as RPCError {
      // Over already, unless the message itself is at fault.
      end(call, error.status)
      throw error
    }
  }

  func initialMetadata(_ call: ClientCallState) async -> Metadata {
    await call.metadata(isolation: self)
  }

  func ending(_ call: ClientCallState) async -> ClientCallState.End {
    await call.ending(isolation: self)
  }

  /// Nobody looks at the call any more.
  func abandon(_ call: ClientCallState) {
    end(call, RPCStatus(.cancelled, "nobody waits for the call"))
    call.stream.dropMessages()
  }
}
