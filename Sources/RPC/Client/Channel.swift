// SPDX-License-Identifier: Apache-2.0

/// A server as a client sees it: calls go over one connection, made when the first needs it and
/// again when it is lost, with growing pauses between failed attempts.
///
/// While an attempt is under way calls wait for it; when it fails they, and those that come before
/// the next attempt, end with UNAVAILABLE. A unary call that the server has certainly not looked at
/// is sent once more.
public actor Channel {
  private enum State {
    case idle
    case connecting(Task<ClientConnection, any Error>)
    case ready(ClientConnection)
    case failed(RPCStatus, retryAt: ContinuousClock.Instant)
    case closed
  }

  /// Where the channel and its connections live.
  nonisolated let loop: EventLoop
  /// See `Actor`.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  private let address: SocketAddress
  private let options: ChannelOptions
  private let interceptors: [any ClientInterceptor]
  private var state = State.idle
  private var backoff = Backoff()

  /// Makes a channel; it connects when the first call needs it.
  ///
  /// - Parameters:
  ///   - host: a name, or an address in numbers.
  ///   - group: where the channel lives; it must outlive it.
  ///   - interceptors: stand around every call, the first outermost.
  public init(
    host: String, port: Int, group: EventLoopGroup, options: ChannelOptions = ChannelOptions(),
    interceptors: [any ClientInterceptor] = []
  ) {
    address = SocketAddress(host: host, port: port)
    self.options = options
    self.interceptors = interceptors
    loop = group.next()
  }

  /// Opens a call; its messages follow.
  ///
  /// - Parameter path: as in `/package.Service/Method`.
  /// - Throws: ``RPCError``, UNAVAILABLE when there is no connection.
  public func open(_ path: String, options: CallOptions = CallOptions()) async throws -> ClientCall
  {
    try await intercepted(
      ClientRequest(path: path, options: options), by: interceptors[...]
    ) { try await self.open($0) }
  }

  /// Sends one message and waits for the one that answers it.
  ///
  /// - Throws: ``RPCError`` with the call's status.
  public func unary(
    _ path: String, _ request: [UInt8], options: CallOptions = CallOptions()
  ) async throws -> UnaryResponse {
    let call = try await open(path, options: options)
    do {
      return try await exchange(call, request)
    } catch let error as RPCError {
      guard error.status.code == .unavailable, await call.wasUnprocessed() else { throw error }
      return try await exchange(try await open(path, options: options), request)
    }
  }

  private func exchange(_ call: ClientCall, _ request: [UInt8]) async throws -> UnaryResponse {
    do {
      try await call.send(request)
      try await call.finishSending()
    } catch is RPCError {
      // The call ended early; how, is what is read now.
    }
    guard let message = try await call.next() else {
      throw RPCError(.unimplemented, "the server answered without a message")
    }
    guard try await call.next() == nil else {
      call.cancel()
      throw RPCError(.unimplemented, "the server answered with more than one message")
    }
    return UnaryResponse(
      message: message, initialMetadata: try await call.initialMetadata(),
      trailers: await call.trailers())
  }

  /// Ends open calls with CANCELLED and closes the connection. Later calls fail.
  public func close() async {
    let before = state
    state = .closed
    if case .ready(let connection) = before {
      await connection.close(RPCStatus(.cancelled, "the channel is closed"))
    }
  }

  // MARK: Connecting

  private func open(_ request: ClientRequest) async throws -> ClientCall {
    // A connection may have begun to leave since it was handed out; the one after it is new.
    for _ in 0..<2 {
      let connection = try await connection()
      if let call = try await connection.open(request) { return ClientCall(connection, call) }
      left(connection)
    }
    throw RPCError(.unavailable, "\(address) takes no calls")
  }

  private func connection() async throws -> ClientConnection {
    switch state {
    case .ready(let connection): return connection
    case .closed: throw RPCError(.cancelled, "the channel is closed")
    case .connecting(let attempt): return try await attempt.value
    case .failed(let status, let retryAt) where .now < retryAt: throw RPCError(status)
    case .idle, .failed: break
    }
    let attempt = Task { try await connect() }
    state = .connecting(attempt)
    return try await attempt.value
  }

  private func connect() async throws -> ClientConnection {
    let start = ContinuousClock.now
    do {
      let socket = try await Connector.connect(
        loop, address.host, address.port, timeout: options.connectTimeout)
      guard
        let stream = TCPStream(
          loop, descriptor: socket.descriptor, peer: socket.peer.description)
      else { throw SocketError(socket.peer) }
      let connection = ClientConnection(
        options, authority: address.description, loop, stream
      ) { [weak self] connection in
        self?.assumeIsolated { $0.left(connection) }
      }
      await connection.start()
      backoff.connected()
      if case .closed = state {
        await connection.close(RPCStatus(.cancelled, "the channel is closed"))
      } else {
        state = .ready(connection)
      }
      return connection
    } catch let error as SocketError {
      let status = RPCStatus(.unavailable, "cannot connect to \(error)")
      let pause = backoff.attemptFailed(random: Double.random(in: 0..<1))
      if case .connecting = state { state = .failed(status, retryAt: start + pause) }
      throw RPCError(status)
    }
  }

  /// New calls need another connection.
  private func left(_ connection: ClientConnection) {
    if case .ready(let current) = state, current === connection { state = .idle }
  }
}
