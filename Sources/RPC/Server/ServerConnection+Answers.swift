// SPDX-License-Identifier: Apache-2.0

/// From a handler's words to frames.
extension ServerConnection {
  func sendInitialMetadata(_ call: ServerCall) async throws {
    try requireOpen(call)
    try begin(call)
  }

  func write(_ call: ServerCall, _ message: [UInt8], compress: Bool) async throws {
    try requireOpen(call)
    try begin(call)
    try send(call, message, compress: compress)
    try await call.stream.drained(isolation: self)
  }

  func write(_ call: ServerCall, framed message: [UInt8]) async throws {
    try requireOpen(call)
    try begin(call)
    call.stream.send(message)
    try await call.stream.emptied(isolation: self)
  }

  /// Adds a message without waiting for room; what cannot be sent fails the call.
  private func append(_ call: ServerCall, _ message: [UInt8], compress: Bool) {
    do {
      try begin(call)
      try send(call, message, compress: compress)
    } catch {
      fail(call, RPCStatus.from(error).0)
    }
  }

  private func send(_ call: ServerCall, _ message: [UInt8], compress: Bool) throws {
    let encoding = compress ? self.encoding(call) : .identity
    if encoding == .identity, message.count >= Limits.uncopiedMessageBytesMin {
      call.stream.send(try MessageFramer.prefix(of: message))
      return call.stream.send(message)
    }
    var framed: [UInt8] = []
    framed.reserveCapacity(MessagePrefix.byteCount + message.count)
    try MessageFramer.append(message, encoding: encoding, codecs: loop.codecs, to: &framed)
    call.stream.send(framed)
  }

  private func encoding(_ call: ServerCall) -> Encoding {
    call.context.acceptedEncodings.choose(call.context.responseEncoding)
  }

  private func requireOpen(_ call: ServerCall) throws {
    guard call.isOpen else { throw RPCError(.cancelled, "the call is over") }
  }

  private func begin(_ call: ServerCall) throws {
    guard case .none = call.answer else { return }
    let metadata = try call.context.initialMetadata.sendableFields()
    var fields = [HeaderField(":status", "200"), HeaderField("content-type", ContentType.grpc)]
    let encoding = self.encoding(call)
    if encoding != .identity { fields.append(HeaderField("grpc-encoding", encoding.rawValue)) }
    fields.append(HeaderField("grpc-accept-encoding", Encoding.acceptList))
    fields += metadata
    call.answer = .begun
    link.session.submitResponse(call.stream.id, fields, body: call.stream.body)
    link.setNeedsFlush()
  }

  // MARK: Ends

  /// The handler is done, well or not. Does nothing when the call is over already.
  func finish(_ call: ServerCall, _ status: RPCStatus, _ trailers: Metadata) {
    guard call.isOpen else { return }
    var fields = status.trailerFields
    do {
      fields += try trailers.sendableFields()
      // An answer without messages whose metadata was set still carries it.
      if case .none = call.answer, !call.context.initialMetadata.entries.isEmpty { try begin(call) }
    } catch {
      fields = RPCStatus.from(error).0.trailerFields
    }
    switch call.answer {
    case .none:
      let head = [
        HeaderField(":status", "200"), HeaderField("content-type", ContentType.grpc),
        HeaderField("grpc-accept-encoding", Encoding.acceptList),
      ]
      link.session.submitResponse(call.stream.id, head + fields, body: nil)
      link.setNeedsFlush()
    case .begun: call.stream.finishSending(.trailers(fields))
    case .ended: break
    }
    over(call, status)
  }

  /// A sink says something before its end.
  func sendBulk(_ call: ServerCall, _ message: [UInt8]) {
    guard call.isOpen, !call.isBulkOver else { return }
    append(call, message, compress: true)
  }

  /// A sink is done. Interceptors, where there are any, have the last word on its status.
  func finishBulk(
    _ call: ServerCall, _ status: RPCStatus, _ trailers: Metadata, message: [UInt8]?
  ) {
    guard call.isOpen, !call.isBulkOver else { return }
    call.work = .over
    if let message { append(call, message, compress: true) }
    if core.interceptors.isEmpty {
      finish(call, status, call.context.trailers.followed(by: trailers))
    } else {
      call.endBulk(ServerCall.BulkEnd(status: status, trailers: trailers))
    }
  }

  /// Ends a call that its handler cannot or must not end: a broken request, a deadline, a shutdown.
  func fail(_ call: ServerCall, _ status: RPCStatus) {
    guard call.isOpen else { return }
    var status = status
    if case .bulk(let sink) = call.work {
      call.work = .over
      status = sink.failed(status)
      guard call.isOpen else { return }
    }
    call.context.cancel(status)
    call.handler?.cancel()
    if call.stream.body.bytes > 0 {
      // The client has not taken what it was sent; a status behind that might never arrive.
      link.session.reset(call.stream.id, .cancel)
      link.setNeedsFlush()
      return over(call, status)
    }
    finish(call, status, call.context.trailers)
  }

  /// Ends a call that has had its time, as soon as its sink can say what became of its messages.
  func end(_ call: ServerCall, _ status: RPCStatus) {
    if case .bulk(let sink) = call.work, sink.askedToEnd(status) { return }
    fail(call, status)
  }

  /// Nobody will read the answer.
  func abandon(_ call: ServerCall, _ status: RPCStatus) {
    let wasOpen = call.isOpen
    call.answer = .ended
    if wasOpen {
      if case .bulk(let sink) = call.work {
        call.work = .over
        _ = sink.failed(status)
      }
      call.context.cancel(status)
      call.handler?.cancel()
    }
    over(call, status)
  }

  private func over(_ call: ServerCall, _ status: RPCStatus) {
    call.deadline?.close()
    call.deadline = nil
    if case .admitting(let bytes) = call.work {
      link.session.consume(call.stream.id, bytes: bytes.count)
    }
    call.work = .over
    call.endBulk(ServerCall.BulkEnd(status: status))
    let bodyIsWanted = if case .begun = call.answer { true } else { false }
    call.answer = .ended
    // A handler that still reads is told why there is no more.
    let reason = status.code == .ok ? RPCStatus(.cancelled, "the call is over") : status
    call.stream.close(RPCError(reason), dropping: true, keepingBody: bodyIsWanted)
  }

  /// Answers a request that is no gRPC call.
  func refuse(_ call: ServerCall, _ refusal: HTTPRefusal) {
    call.answer = .ended
    call.work = .over
    if let body = refusal.body {
      call.stream.body.append(body)
      call.stream.body.finish(.data)
    }
    link.session.submitResponse(
      call.stream.id, refusal.fields, body: refusal.body == nil ? nil : call.stream.body)
    link.setNeedsFlush()
  }
}

extension Metadata {
  /// The fields of metadata that a handler set; what cannot be sent is the handler's error.
  func sendableFields() throws(RPCError) -> [HeaderField] {
    do {
      return try fields()
    } catch {
      throw RPCError(.internal, "metadata cannot be sent: \(error)")
    }
  }
}
