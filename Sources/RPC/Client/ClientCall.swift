// SPDX-License-Identifier: Apache-2.0

/// One call of a client: messages out, messages in, then a status. Safe from any task; one task at
/// a time takes messages. A call that nobody holds any more is cancelled.
public final class ClientCall: Sendable {
  private let connection: ClientConnection
  private let state: ClientCallState

  init(_ connection: ClientConnection, _ state: ClientCallState) {
    self.connection = connection
    self.state = state
  }

  deinit {
    let (connection, state) = (connection, state)
    connection.loop.execute { connection.assumeIsolated { $0.abandon(state) } }
  }

  /// Sends a message; waits while too many bytes wait for the server already. Cancelling the task
  /// cancels the call.
  ///
  /// - Parameter compress: false sends this message as it is, whatever the call's encoding.
  /// - Returns: the bytes that it takes in the stream, compressed and with its length prefix.
  /// - Throws: ``RPCError`` when the call is over, with its status.
  @discardableResult
  public func send(_ message: [UInt8], compress: Bool = true) async throws -> Int {
    try await withTaskCancellationHandler {
      try await connection.send(state, message, compress: compress)
    } onCancel: {
      cancel()
    }
  }

  /// Sends messages that carry their length prefixes already, many at once; waits like
  /// ``send(_:compress:)``.
  public func send(framed messages: [UInt8]) async throws {
    try await withTaskCancellationHandler {
      try await connection.send(state, framed: messages)
    } onCancel: {
      cancel()
    }
  }

  /// Tells the server that no message follows.
  public func finishSending() async throws {
    try await connection.finishSending(state)
  }

  /// The next message, or nil once the server has ended the call with OK.
  ///
  /// Cancelling the task cancels the call.
  ///
  /// - Throws: ``RPCError`` with the status of a call that ended otherwise.
  public func next() async throws -> ReceivedMessage? {
    do {
      return try await withTaskCancellationHandler {
        try await connection.next(state)
      } onCancel: {
        cancel()
      }
    } catch is CancellationError {
      throw RPCError(.cancelled, "the task that waited was cancelled")
    }
  }

  /// What the server sends before its messages; empty when the call ends without.
  public func initialMetadata() async throws -> Metadata {
    await connection.initialMetadata(state)
  }

  /// Waits for the end: the status.
  public func status() async -> RPCStatus {
    await connection.ending(state).status
  }

  /// Waits for the end: what the server sends with the status.
  public func trailers() async -> Metadata {
    await connection.ending(state).trailers
  }

  /// Ends the call with CANCELLED, on both sides. No effect on a call that is over.
  public func cancel() {
    let (connection, state) = (connection, state)
    connection.loop.execute {
      connection.assumeIsolated { $0.end(state, RPCStatus(.cancelled, "cancelled by the client")) }
    }
  }

  /// Whether the call ended before the server looked at it.
  func wasUnprocessed() async -> Bool {
    await connection.ending(state).isUnprocessed
  }
}
