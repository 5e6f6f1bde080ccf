// SPDX-License-Identifier: Apache-2.0

/// What a connection knows of a call that it carries. Confined to the connection's loop.
final class ClientCallState: @unchecked Sendable {
  // Sendable: touched on its connection's loop only; callers carry it back there.

  /// How a call ended.
  struct End {
    var status: RPCStatus
    var trailers = Metadata()
    /// The server has certainly not looked at it: it may be tried again elsewhere.
    var isUnprocessed = false
  }

  let stream: CallStream
  /// How our messages are compressed.
  let encoding: Encoding
  var deadline: LoopTimer?
  private(set) var initialMetadata: Metadata?
  private(set) var end: End?
  private var metadataWaiters: [CheckedContinuation<Metadata, Never>] = []
  private var endWaiters: [CheckedContinuation<End, Never>] = []

  init(_ stream: CallStream, sending encoding: Encoding) {
    self.stream = stream
    self.encoding = encoding
  }

  // MARK: Events

  /// A header block came: the answer's beginning, or its end, or both at once.
  ///
  /// - Returns: how the call ended with it, if it did.
  func received(_ headers: HTTP2Headers) -> End? {
    var metadata = Metadata()
    for field in headers.fields { metadata.receive(field) }
    if headers.isTooLarge { return End(status: .headersTooLarge, trailers: metadata) }
    if headers.endsStream {
      let status = RPCStatus(trailers: headers.fields) ?? statusMissing(headers)
      return End(status: status, trailers: metadata)
    }
    if headers.isInformational || initialMetadata != nil { return nil }
    guard headers.isGRPC else { return End(status: headers.foreignStatus, trailers: metadata) }
    do {
      let encoding = try Encoding.announced(headers.value("grpc-encoding"))
      stream.expect(encoding)
    } catch {
      return End(status: error.clientStatus, trailers: metadata)
    }
    learn(metadata)
    return nil
  }

  private func statusMissing(_ headers: HTTP2Headers) -> RPCStatus {
    initialMetadata == nil
      ? headers.foreignStatus : RPCStatus(.unknown, "the trailers have no grpc-status")
  }

  /// The call is over; whoever waits learns how. Later ends are ignored.
  func finish(_ end: End) {
    guard self.end == nil else { return }
    self.end = end
    deadline?.close()
    deadline = nil
    learn(Metadata())
    if end.status.code == .ok { stream.inbound.finish() }
    let error =
      end.status.code == .ok
      ? RPCError.callIsOver : RPCError(end.status, trailers: end.trailers)
    stream.close(error, dropping: false, keepingBody: false)
    for waiter in endWaiters { waiter.resume(returning: end) }
    endWaiters = []
  }

  private func learn(_ metadata: Metadata) {
    guard initialMetadata == nil else { return }
    initialMetadata = metadata
    for waiter in metadataWaiters { waiter.resume(returning: metadata) }
    metadataWaiters = []
  }

  // MARK: Waiting

  func metadata(isolation: isolated any Actor) async -> Metadata {
    await withCheckedContinuation { waiter in
      if let initialMetadata { return waiter.resume(returning: initialMetadata) }
      metadataWaiters.append(waiter)
    }
  }

  func ending(isolation: isolated any Actor) async -> End {
    await withCheckedContinuation { waiter in
      if let end { return waiter.resume(returning: end) }
      endWaiters.append(waiter)
    }
  }
}

extension HTTP2Headers {
  fileprivate func value(_ name: String) -> [UInt8]? { fields.first { $0.name == name }?.value }

  private var httpStatus: Int {
    Int(String(decoding: value(":status") ?? [], as: UTF8.self)) ?? 0
  }

  fileprivate var isInformational: Bool { (100..<200).contains(httpStatus) }

  fileprivate var isGRPC: Bool {
    httpStatus == 200 && value("content-type").map(ContentType.isGRPC) == true
  }

  /// The status of an answer that is not gRPC's.
  fileprivate var foreignStatus: RPCStatus {
    RPCStatus(
      httpStatus: httpStatus,
      contentType: value("content-type").map { String(decoding: $0, as: UTF8.self) })
  }
}

extension RPCStatus {
  fileprivate static let headersTooLarge = RPCStatus(
    .resourceExhausted, "the answer's headers are larger than this client takes")
}

extension RPCError {
  /// What is told to one who uses a call after its end.
  static let callIsOver = RPCError(.cancelled, "the call is over")
}
