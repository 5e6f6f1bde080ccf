// SPDX-License-Identifier: Apache-2.0

/// From a call to the connection that carries it.
extension Channel {
  static let closed = RPCError(.cancelled, "the channel is closed")

  func open(_ request: ClientRequest) async throws -> ClientCall {
    let deadline = request.options.timeout.map { ContinuousClock.now + $0 }
    // A connection may have begun to leave since it was handed out; those after it are new.
    for _ in 0..<4 {
      let connection = try await connection(until: deadline)
      var request = request
      request.options.timeout = deadline.map { ContinuousClock.now.duration(to: $0) }
      if let call = try await connection.open(request) { return ClientCall(connection, call) }
      left(connection)
    }
    throw RPCError(.unavailable, "\(address) takes no calls")
  }

  private func connection(
    until deadline: ContinuousClock.Instant?
  ) async throws -> ClientConnection {
    switch state {
    case .ready(let connection): return connection
    case .closed: throw Self.closed
    case .failed(let status, let retryAt) where .now < retryAt: throw RPCError(status)
    case .connecting: break
    case .idle, .failed:
      let waiters = ConnectionWaiters()
      self.waiters = waiters
      state = .connecting(Task { await connect(telling: waiters) })
    }
    return try await waiters.wait(loop, until: deadline, isolation: self)
  }

  private func connect(telling waiters: ConnectionWaiters) async {
    let start = ContinuousClock.now
    do {
      let connection = try await connected()
      backoff.connected()
      guard case .connecting = state else { return await connection.close(Self.closed.status) }
      state = .ready(connection)
      waiters.endAll(.success(connection))
    } catch {
      let status = RPCStatus(.unavailable, "cannot connect to \(error)")
      let pause = backoff.attemptFailed(random: Double.random(in: 0..<1))
      guard case .connecting = state else { return }
      state = .failed(status, retryAt: start + pause)
      waiters.endAll(.failure(RPCError(status)))
    }
  }

  private func connected() async throws -> ClientConnection {
    try carry(
      try await Connector.connect(
        loop, address.host, address.port, timeout: options.connectTimeout))
  }

  private func carry(_ socket: ConnectedSocket) throws -> ClientConnection {
    let stream = TCPStream(loop, descriptor: socket.descriptor, peer: socket.peer.description)
    guard let stream else { throw SocketError(socket.peer) }
    let connection = ClientConnection(
      options, authority: options.authority ?? address.description, loop, stream
    ) { [weak self] connection in
      self?.assumeIsolated { $0.left(connection) }
    }
    // At once: what the stream says before nobody hears.
    connection.assumeIsolated { $0.start() }
    return connection
  }

  /// New calls need another connection.
  private func left(_ connection: ClientConnection) {
    if case .ready(let current) = state, current === connection { state = .idle }
  }
}
