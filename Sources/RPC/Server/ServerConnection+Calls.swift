// SPDX-License-Identifier: Apache-2.0

/// From a request's headers to a running handler.
extension ServerConnection {
  func open(_ headers: HTTP2Headers) {
    switch OnRequest(headers, headerListBytesMax: core.options.headerListBytesMax) {
    case .call(let head): start(headers.stream, head)
    case .fail(let status): fail(add(headers.stream, .refused, .over), status)
    case .refuse(let refusal): _ = add(headers.stream, .refused, .plain(refusal))
    }
  }

  private func start(_ id: Int32, _ head: RequestHead) {
    switch core.handler(head.path) {
    case .failure(let error):
      fail(add(id, head, .over), error.status)
    case .success(.unary(let handler)):
      _ = add(id, head, .unary(handler))
    case .success(.streaming(let handler)):
      let call = add(id, head, .streaming)
      spawn(call) { connection, context in
        try await handler(
          RequestStream(connection: connection, call: call),
          ResponseWriter(connection: connection, call: call), context)
      }
    case .success(.bulk(let makeSink)):
      let call = add(id, head, .over, messages: .opened)
      guard !core.interceptors.isEmpty else {
        _ = install(makeSink, call)
        return
      }
      call.work = .admitting([])
      spawn(call) { connection, _ in try await connection.admit(call, makeSink) }
    }
  }

  private func add(
    _ id: Int32, _ head: RequestHead, _ work: ServerCall.Work,
    messages: MessageDeframer.Compressed = .kept
  ) -> ServerCall {
    let stream = CallStream(
      id, on: link, loop, body: OutboundBody(link.unsent), encoding: head.encoding,
      messageBytesMax: core.options.messageBytesMax, messages: messages)
    let deadline = head.timeout.map { ContinuousClock.now + $0 }
    let context = ServerContext(
      head, peer: link.stream.peer, deadline: deadline, encoding: core.options.responseEncoding)
    let call = ServerCall(stream, context, work)
    calls[id] = call
    if let timeout = head.timeout {
      let timer = LoopTimer(loop) { [unowned self, unowned call] in
        assumeIsolated { $0.expire(call) }
      }
      call.deadline = timer
      timer.start(after: timeout)
    }
    return call
  }

  private func expire(_ call: ServerCall) {
    fail(call, RPCStatus(.deadlineExceeded, "the call's deadline has passed"))
  }

  // MARK: Handlers

  func run(
    _ call: ServerCall,
    _ handler: @escaping @Sendable (ReceivedMessage, ServerContext) async throws -> [UInt8]
  ) {
    let message: ReceivedMessage
    do {
      message = try call.stream.onlyMessage()
    } catch {
      return fail(call, error.status)
    }
    spawn(call) { connection, context in
      let answer = try await handler(message, context)
      try await connection.write(call, answer, compress: true)
    }
  }

  private func spawn(
    _ call: ServerCall,
    _ body: @escaping @Sendable (ServerConnection, ServerContext) async throws -> Void
  ) {
    let interceptors = core.interceptors[...]
    call.handler = Task.detached(executorPreference: handlers) { [self] in
      do {
        try await intercepted(call.context, by: interceptors) {
          try await body(self, call.context)
        }
        await finish(call, .ok, call.context.trailers)
      } catch {
        let (status, trailers) = RPCStatus.from(error)
        await finish(
          call, status, call.context.trailers.followed(by: trailers))
      }
    }
  }

  /// Interceptors let a bulk call pass: gives its sink what has come, and waits for its end.
  func admit(_ call: ServerCall, _ makeSink: @Sendable (BulkCall) -> any BulkSink) async throws {
    guard case .admitting(let bytes) = call.work, call.isOpen else { throw CancellationError() }
    call.work = .over
    if let sink = install(makeSink, call) {
      feedWaiting(sink, call, bytes)
    } else {
      link.session.consume(call.stream.id, bytes: bytes.count)
      link.setNeedsFlush()
    }
    let end = await call.bulkEnd(isolation: self)
    if end.status.code != .ok { throw RPCError(end.status, trailers: end.trailers) }
    call.context.trailers = call.context.trailers.followed(by: end.trailers)
  }

  /// Makes a call's sink.
  ///
  /// - Returns: nil when the sink has ended the call already.
  private func install(_ makeSink: @Sendable (BulkCall) -> any BulkSink, _ call: ServerCall)
    -> (any BulkSink)?
  {
    let sink = makeSink(BulkCall(self, call, call.context))
    guard call.isOpen, !call.isBulkOver else { return nil }
    call.work = .bulk(sink)
    return sink
  }

  private func feedWaiting(_ sink: any BulkSink, _ call: ServerCall, _ bytes: [UInt8]) {
    let error = unsafe call.feed(sink, bytes.span.bytes, 0..<bytes.count)
    if let error { return fail(call, error.status) }
    guard call.stream.peerEnded else { return }
    if let error = call.stream.finishReceiving() { return fail(call, error.status) }
    if case .bulk = call.work { sink.receivedEnd() }
  }

  // MARK: Messages

  func next(_ call: ServerCall) async throws -> ReceivedMessage? {
    try await call.stream.next(isolation: self)
  }

  func returnCredit(_ call: ServerCall, _ bytes: Int) { call.stream.giveBackOnceRead(bytes) }

  func returnCredit(_ stream: CallStream) { stream.giveBackAll() }
}

extension Metadata {
  func followed(by other: Metadata) -> Metadata {
    var joined = self
    joined.entries += other.entries
    return joined
  }
}

extension RPCStatus {
  /// For a method that takes one message.
  static let messagesTooMany = RPCStatus(
    .unimplemented, "this method takes one message, and got more")

  /// What a handler's error tells the client.
  static func from(_ error: any Error) -> (RPCStatus, Metadata) {
    switch error {
    case let error as RPCError: (error.status, error.trailers)
    case is CancellationError: (RPCStatus(.cancelled, "the handler was cancelled"), Metadata())
    default: (RPCStatus(.unknown, "\(error)"), Metadata())
    }
  }
}
