// SPDX-License-Identifier: Apache-2.0

/// A server as a client sees it: calls go over one connection, made when the first needs it and
/// again when it is lost, with growing pauses between failed attempts.
///
/// While an attempt is under way calls wait for it, no longer than their deadline; when it fails
/// they, and those that come before the next attempt, end with UNAVAILABLE. A unary call that the
/// server has certainly not looked at is sent once more.
public actor Channel {
  enum State {
    case idle
    case connecting(Task<Void, Never>)
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

  let address: SocketAddress
  let options: ChannelOptions
  private let interceptors: [any ClientInterceptor]
  var state = State.idle
  var backoff = Backoff()
  /// Of the latest attempt to connect.
  var waiters = ConnectionWaiters()

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
    self.init(
      host: host, port: port, on: group.next(), options: options, interceptors: interceptors)
  }

  /// The same on a given loop: a caller that is there, too, wakes no other thread.
  public init(
    host: String, port: Int, on loop: EventLoop, options: ChannelOptions = ChannelOptions(),
    interceptors: [any ClientInterceptor] = []
  ) {
    address = SocketAddress(host: host, port: port)
    self.options = options
    self.interceptors = interceptors
    self.loop = loop
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
    let deadline = options.timeout.map { ContinuousClock.now + $0 }
    let call = try await open(path, options: options)
    do {
      return try await exchange(call, request)
    } catch let error as RPCError {
      guard error.status.code == .unavailable, await call.wasUnprocessed() else { throw error }
      var options = options
      options.timeout = deadline.map { ContinuousClock.now.duration(to: $0) }
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
    switch before {
    case .ready(let connection): await connection.close(Self.closed.status)
    case .connecting(let attempt):
      attempt.cancel()
      waiters.endAll(.failure(Self.closed))
    case .idle, .failed, .closed: break
    }
  }
}
