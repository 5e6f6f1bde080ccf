// SPDX-License-Identifier: Apache-2.0

/// The messages of a request, one at a time. A message's flow-control credit goes back to the
/// client when it is taken from here, so a handler that does not read slows its client down.
///
/// Throws ``RPCError`` when the client resets the call or sends what cannot be read.
public struct RequestStream: AsyncSequence, Sendable {
  let connection: ServerConnection
  let call: ServerCall

  /// Takes messages; one consumer at a time.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let connection: ServerConnection
    let call: ServerCall

    /// The next message, or nil when the client has sent its last.
    public mutating func next() async throws -> ReceivedMessage? {
      try await connection.next(call)
    }
  }

  /// Starts to take messages.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(connection: connection, call: call)
  }
}

/// Where a handler writes the messages of its answer.
public struct ResponseWriter: Sendable {
  let connection: ServerConnection
  let call: ServerCall

  /// Sends a message; waits while too many bytes wait for the client already.
  ///
  /// - Parameter compress: false sends this message as it is, whatever the call's encoding.
  /// - Throws: ``RPCError`` when the call is over.
  public func write(_ message: [UInt8], compress: Bool = true) async throws {
    try await connection.write(call, message, compress: compress)
  }

  /// Sends a message that carries its length prefix already, so that many calls can share its
  /// bytes; waits until HTTP/2 has taken all of it, so that of a call that is written to by this
  /// alone one message waits at most.
  ///
  /// - Throws: ``RPCError`` when the call is over.
  public func write(framed message: [UInt8]) async throws {
    try await connection.write(call, framed: message)
  }

  /// Sends the initial metadata now, rather than with the first message.
  public func sendInitialMetadata() async throws {
    try await connection.sendInitialMetadata(call)
  }
}
